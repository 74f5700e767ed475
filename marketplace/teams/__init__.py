"""What the people of one organisation may promise, and from which budget."""
