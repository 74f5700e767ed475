"""Which letters a person gets, since when and by whose word, and how they stop them without signing in."""
