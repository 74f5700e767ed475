"""Promises towards a need."""
