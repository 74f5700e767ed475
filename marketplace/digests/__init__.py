"""One e-mail a week with the new matches, or none."""
