"""Parts of sentences for people."""

from collections.abc import Sequence


def list_some(names: Sequence[str], most: int) -> str:
    """List the first names of many, with the number of the others: ``a, b and 3 more``."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
