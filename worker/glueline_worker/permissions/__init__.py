"""What a source's credentials may do: checks of each permission, and the least IAM policy."""
