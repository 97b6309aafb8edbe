"""Migrations and named queries of surveys."""
