"""The reader of code: which environment variables the product's programs ask for."""
