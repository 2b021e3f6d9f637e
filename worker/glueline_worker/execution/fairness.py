"""How runs that are under way at the same time share the slots of a worker process.

The queue is first in, first out: without this, a run of one table would wait for all units of a
large one, and units that wait for the quota of one account would hold all slots while another
account has nothing to do.
"""

from collections.abc import Collection

from glueline.contract.messages import FinishUnit, UnitMessage

YIELD_SECONDS = (2.0, 5.0)
"""Seconds for which a unit steps aside, at random so that not all come back together."""


def should_yield(unit: UnitMessage, held: Collection[str], slots: int, runs: int) -> bool:
    """Whether a unit should let others go first.

    ``held`` names the run of each unit that is under way in the process, ``runs`` counts the runs
    that are not over. A run may have all but a quarter of the slots; those are for the runs that
    have less than their equal part.
    """
    if runs <= 1 or isinstance(unit, FinishUnit) or len(held) < slots - max(1, slots // 4):
        return False
    mine = sum(run_id == unit.run_id for run_id in held)
    return mine >= max(1, slots // runs)
