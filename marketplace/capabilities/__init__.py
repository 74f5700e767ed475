"""What organisations sell."""
