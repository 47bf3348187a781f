"""Day-level rules of the core tables that have any beyond their contract, beside every table's suite as GX's own JSON."""
