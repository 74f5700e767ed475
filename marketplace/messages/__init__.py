"""Conversations: one for each organisation and notice of another."""
