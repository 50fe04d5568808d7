"""The control API of the sandbox, and how to start it."""
