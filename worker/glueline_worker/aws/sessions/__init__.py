"""Credentials, sessions and clients of the sources."""
