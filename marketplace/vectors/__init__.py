"""What texts mean to a machine: made once, used by search and by matching."""
