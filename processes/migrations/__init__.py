"""Migrations of the database, in order: `0001_…`, `0002_…`."""
