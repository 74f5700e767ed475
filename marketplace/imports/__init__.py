"""Public records in."""
