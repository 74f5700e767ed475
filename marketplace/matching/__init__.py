"""Which organisation fits which listing, and why."""
