"""Releases: what is served, what is signed, and whether the way back is open."""
