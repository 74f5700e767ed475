"""Accreditations, cover and checks: what a buyer may ask for and an organisation may hold."""
