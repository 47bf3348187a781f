"""Tables of the core layer, one a file."""
