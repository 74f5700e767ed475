"""How often everything was shown, and how high: counted, so that it can be shared fairly."""
