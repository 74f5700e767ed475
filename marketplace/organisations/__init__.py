"""Organisations, their people, their size and their past."""
