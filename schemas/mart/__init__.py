"""Tables of the mart layer, one a file."""
