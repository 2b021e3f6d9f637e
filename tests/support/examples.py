"""How many examples a random test tries: few in `make test`, all of them in `make test-slow`."""

import os

from hypothesis import HealthCheck, settings

ALL = "TRY_ALL_EXAMPLES"
"""The variable that asks for all of them."""
SHARE = 10
FEWEST = 10
USUAL = 100
"""The number where a test asks for none of its own."""


def examples(number: int, fewest: int = FEWEST) -> int:
    """``number`` where all are asked for, else a tenth of it, and never below ``fewest``."""
    return number if os.environ.get(ALL) else min(number, max(fewest, number // SHARE))


def choose_examples() -> None:
    """Let few examples be the same each time, and no time be too long on a busy machine."""
    settings.register_profile(
        "glueline",
        max_examples=examples(USUAL),
        derandomize=not os.environ.get(ALL),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("glueline")
