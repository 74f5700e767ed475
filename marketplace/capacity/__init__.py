"""What an organisation has room for, so that it is sent no more than it can answer."""
