"""Connections to Redis: addresses, options, clients, and errors in one sentence."""
