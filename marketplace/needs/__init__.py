"""What community projects ask for, with quantities."""
