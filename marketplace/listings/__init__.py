"""What the four families of listing share: states, places, pages."""
