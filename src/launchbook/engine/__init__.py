"""Facts, plan, guard, apply, verify: the only writer of the ledger."""
