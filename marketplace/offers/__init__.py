"""What organisations give, with quantities."""
