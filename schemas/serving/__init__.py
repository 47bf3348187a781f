"""Tables of the serving layer: what leaves the bank, and what is kept back to measure it; one table a file."""
