"""Day-level rules of the mart tables that have any beyond their contract, beside every table's suite as GX's own JSON."""
