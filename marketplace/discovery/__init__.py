"""Finding listings and organisations through the search engine."""
