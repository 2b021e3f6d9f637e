"""AWS Glue in the JSON 1.1 protocol."""
