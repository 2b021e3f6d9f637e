"""The lists into which Celery's clients put messages with a priority."""

import re
from collections.abc import Sequence

from glueline.ledger.command import Command
from glueline.ledger.keys import Keys

SEPARATORS = ("\x06\x16", ":")
"""kombu's own, and the one that is mostly set in its place."""
PRIORITIES = range(1, 10)
_END = re.compile(r"[\W_]{1,8}\d{1,3}", re.ASCII)


def default_lists(keys: Keys) -> list[str]:
    """The lists of kombu's separators, whatever its ``priority_steps``."""
    return [f"{keys.queue}{sep}{number}" for sep in SEPARATORS for number in PRIORITIES]


def is_priority_list(keys: Keys, name: str) -> bool:
    """Whether ``name`` is the queue's with a separator and a number behind it."""
    return name.startswith(keys.queue) and bool(_END.fullmatch(name[len(keys.queue) :]))


def list_pattern(keys: Keys) -> str:
    """The glob that all lists match of which ``is_priority_list`` may be true."""
    return re.sub(r"([*?\[\]\\])", r"\\\1", keys.queue) + "?*"


def collect_messages(keys: Keys, lists: Sequence[str], limit: int = 1000) -> Command[int]:
    """Move messages from ``lists`` to the queue; answers how many."""
    return Command("collect", (keys.queue, *lists), (limit,), int)
