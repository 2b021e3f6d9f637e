"""The abstract interpreter: statements and expressions over values, without execution."""
