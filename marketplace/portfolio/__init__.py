"""A giving team at work: needs ranked for it, what it keeps in mind, what it promised."""
