"""Named queries and numbered migrations of the schema `ai_resolver`."""
