"""What every page shares: context, headers, error pages, logs, the test of health."""
