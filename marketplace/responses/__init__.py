"""Answers to an opportunity."""
