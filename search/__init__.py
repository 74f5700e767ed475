"""Finding and ranking: plain Python that knows nothing of the web or the database."""
