"""People of an organisation who come to what it promised."""
