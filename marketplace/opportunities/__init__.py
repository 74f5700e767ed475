"""Work with money: contracts, quotes, grants, jobs."""
