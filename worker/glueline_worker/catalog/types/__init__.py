"""Column types as trees, in the spellings of Hive, Glue, Spark and Trino."""
