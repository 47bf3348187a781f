"""Where and how much: typed settings, and brands, destinations and lifecycles as data."""
