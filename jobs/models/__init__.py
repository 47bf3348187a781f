"""The propensity model: its features, its training, its register, its scores."""
