"""Processes whose lineage was not read completely although their listing was, such as views.

They travel to the end of the run among its listings, under a name that no listing has: a worker
of an older version that commits the run takes them for listings without rows.
"""

from collections.abc import Iterable, Sequence

_MARK = "unread/"


def encode_unread(processes: Iterable[str]) -> list[str]:
    """Name ``processes`` as the ledger keeps them."""
    return [f"{_MARK}{process}" for process in processes]


def split_unread(listings: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the true listings of a run, and its unread processes."""
    unread = [name.removeprefix(_MARK) for name in listings if name.startswith(_MARK)]
    return [name for name in listings if not name.startswith(_MARK)], sorted(unread)
