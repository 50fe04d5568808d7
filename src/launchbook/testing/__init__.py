"""Proof on platforms that somebody pays for: throwaway things, made and destroyed."""
