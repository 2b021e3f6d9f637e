"""Lists into which Celery's clients put messages with a priority."""

import re
from collections.abc import Sequence

from glueline.ledger.command import Command
from glueline.ledger.keys import Keys

SEPARATORS = ("\x06\x16", ":")
"""kombu's own, and the usual replacement."""
PRIORITIES = range(1, 10)
_END = re.compile(r"[\W_]{1,8}\d{1,3}", re.ASCII)


def default_lists(keys: Keys) -> list[str]:
    """Return the lists with kombu's separators, for all ``priority_steps``."""
    return [f"{keys.queue}{sep}{number}" for sep in SEPARATORS for number in PRIORITIES]


def is_priority_list(keys: Keys, name: str) -> bool:
    """Tell whether ``name`` is the queue's name with a separator and a number."""
    return name.startswith(keys.queue) and bool(_END.fullmatch(name[len(keys.queue) :]))


def list_pattern(keys: Keys) -> str:
    """Return a glob that matches every name for which ``is_priority_list`` is true."""
    return re.sub(r"([*?\[\]\\])", r"\\\1", keys.queue) + "?*"


def collect_messages(keys: Keys, lists: Sequence[str], limit: int = 1000) -> Command[int]:
    """Move messages from ``lists`` to the queue; returns how many."""
    return Command("collect", (keys.queue, *lists), (limit,), int)
