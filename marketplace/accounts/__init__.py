"""Signing up, in and out, and getting back in."""
