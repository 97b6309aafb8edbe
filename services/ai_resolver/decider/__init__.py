"""Whether a reply is still expected, and what becomes of that. Pure."""
