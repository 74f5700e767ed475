"""Measures how well and how fast this installation works, beside a plain baseline in the same run."""
