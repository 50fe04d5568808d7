"""The memory of all runs: an append-only, keyed chain of records, and its lock."""
