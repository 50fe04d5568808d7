"""The API of Railway."""
