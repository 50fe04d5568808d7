"""Dangerous SQL in migrations, found before a database sees it."""
