"""Share the slots of a worker process among the runs in progress.

The queue is first in, first out: without this, a run of one table would wait for all units of a
large one, and units that wait for the quota of one account would hold all slots while another
account has nothing to do.
"""

import random
from collections.abc import Collection

from glueline.contract.messages import FinishUnit, UnitMessage

YIELD_SECONDS = (2.0, 5.0)
"""The shortest and the longest time for which a unit lets others go first."""


def draw_yield_delay() -> float:
    """Return the seconds until a unit comes back; at random, so that not all come together."""
    return random.uniform(*YIELD_SECONDS)  # noqa: S311 - no secret


def should_yield(unit: UnitMessage, run_ids: Collection[str], slots: int, runs: int) -> bool:
    """Tell whether a unit should let others go first.

    ``run_ids`` names the run of each unit in progress in the process, ``runs`` counts the runs
    that are not over. A run may have all but a quarter of the slots; that quarter is for runs
    that have less than their equal share.
    """
    if runs <= 1 or isinstance(unit, FinishUnit) or len(run_ids) < slots - max(1, slots // 4):
        return False
    same_run = sum(run_id == unit.run_id for run_id in run_ids)
    return same_run >= max(1, slots // runs)
