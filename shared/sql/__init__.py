"""SQL of what every subscription keeps in its service's schema: migrations and named queries."""
