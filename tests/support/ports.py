"""Ports for servers of tests."""

import secrets
import socket
from contextlib import suppress

LOWEST, HIGHEST = 10_000, 30_000
"""Below those that systems give to outgoing connections, of which one could take a port first."""


def find_free_port() -> int:
    """Return a TCP port on loopback that nobody listens on now."""
    while True:
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
