"""Accounts at the platforms: whether they can hold what the inventory wants."""
