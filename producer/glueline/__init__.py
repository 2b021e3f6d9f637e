"""Enqueue AWS Glue extractions and follow them."""
