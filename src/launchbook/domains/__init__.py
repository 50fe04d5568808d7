"""Custom host names: what is seen of them, and why one does not work yet."""
