"""One module a step. The composition root maps names to them."""
