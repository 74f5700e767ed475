"""Six people's journeys through the demo, in a real Chromium: wide, narrow, and without JavaScript."""
