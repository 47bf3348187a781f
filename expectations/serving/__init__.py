"""Day-level rules of the serving tables that have any beyond their contract, beside every table's suite as GX's own JSON."""
