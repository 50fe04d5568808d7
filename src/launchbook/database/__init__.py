"""Is the database safe? Advice from its catalogue, a proof of its policies, its pool."""
