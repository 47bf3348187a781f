"""The arithmetic of measurement: pure functions of sufficient statistics; nothing here knows Spark, a lake or a file."""
