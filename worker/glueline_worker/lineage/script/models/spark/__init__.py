"""Models of Spark and of Glue's library on top of it."""
