"""The contract of the product's environment variables."""
