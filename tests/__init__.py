"""Tests: a mirror of the code, plus journeys and house rules."""
