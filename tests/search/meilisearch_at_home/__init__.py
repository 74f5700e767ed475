"""What stands in for a Meilisearch server: its description checks every request, and it finds for real."""
