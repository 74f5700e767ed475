"""What the ranking makes of each text, read once and kept until the text changes."""
