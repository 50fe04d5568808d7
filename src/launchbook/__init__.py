"""Launchbook: ordered, idempotent playbooks for a small product in production."""
