"""What an environment costs a month: arithmetic on the inventory and dated prices."""
