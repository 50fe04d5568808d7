"""Frozen dataclasses that every floor above may use. No I/O."""
