"""The permissions of a source: a check of each one, and the least IAM policy."""
