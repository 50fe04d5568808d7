"""How fast the product is: under many users at once, and in a browser."""
