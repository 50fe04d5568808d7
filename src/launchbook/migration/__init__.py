"""SQL migrations: files, history in the database, and bringing them together."""
