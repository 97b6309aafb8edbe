"""Numbered migrations of notifier's schema, and its named queries."""
