"""How every table is made: pure builds by layer, and the runner, lake and session that carry them."""
