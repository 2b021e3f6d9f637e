"""How many examples a random test tries: few in `make test`, all of them in `make test-slow`."""

import os

ALL = "TRY_ALL_EXAMPLES"
"""The variable that asks for all of them."""
SHARE = 5
FEWEST = 10


def examples(number: int) -> int:
    """``number`` where all are asked for, else a fifth of it."""
    return number if os.environ.get(ALL) else min(number, max(FEWEST, number // SHARE))
