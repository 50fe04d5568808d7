"""Events and plans as text, as a live picture, and as JSON lines."""
