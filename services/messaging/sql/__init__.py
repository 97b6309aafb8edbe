"""Tables of the schema `messaging` (numbered migrations) and every statement over them, by name."""
