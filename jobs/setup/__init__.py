"""What has to be on a machine before Spark can start: a Java, the jars, and a doctor who says what is missing."""
