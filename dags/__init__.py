"""When tables are made: wiring for Airflow, drawn from the contracts. Nothing here loads Spark."""
