"""Named queries and numbered migrations of the schema `tasks`."""
