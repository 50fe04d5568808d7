"""What a person types and sees: the only place that prints or picks an exit status."""
