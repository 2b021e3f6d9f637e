"""The least IAM policies that a source needs, in several notations. Pure: nothing is asked."""
