"""Metrics of the whole ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from glueline.contract.messages import UNIT_KINDS
from glueline.contract.runs import RunState
from glueline.ledger import decoding
from glueline.ledger.command import Command
from glueline.ledger.keys import Keys

MAX_RUNS_COUNTED = 1000
UNIT_STATES = ("waiting", "held", "retrying")
"""States of an open unit: not claimed yet, being worked on, waiting for another try."""


@dataclass(frozen=True, slots=True)
class Gauges:
    """The metrics. ``oldest`` is the age in seconds of the unit that waits longest."""

    queue_length: int
    oldest: float
    open_units: int
    held_units: int
    dead_letters: int
    runs: Mapping[RunState, int]
    """The numbers of runs by state, of the newest thousand runs."""
    rates: Mapping[str, float]
    """Learnt calls per second by ``<account>:<region>:<operation>``."""
    units: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Open units by kind and by ``UNIT_STATES``."""
    unserved: float | None = None
    """Seconds since a scheduler last served all that was due; None when there was none."""
    changes: int = 0
    """Groups of changes without a run yet."""
    oldest_change: float = 0
    """The age in seconds of the one that waits longest."""


def read_gauges(keys: Keys, redispatch_after_ms: int) -> Command[Gauges]:
    """Read all metrics in one command."""
    return Command(
        "gauges",
        (
            keys.active,
            keys.runs,
            keys.queue,
            keys.dead,
            keys.quotas,
            keys.scheduler,
            keys.change_batches,
        ),
        (redispatch_after_ms, keys.run(""), keys.quota(""), MAX_RUNS_COUNTED),
        _read,
    )


def _read(answer: Any) -> Gauges:
    length, oldest_ms, open_units, held, dead, states, rates, units, unserved_ms, *changes = answer
    found = {_text(state): int(runs) for state, runs in _pairs(states)}
    return Gauges(
        queue_length=int(length),
        oldest=max(0.0, oldest_ms / 1000),
        open_units=int(open_units),
        held_units=int(held),
        dead_letters=int(dead),
        runs={state: found.get(state.value, 0) for state in RunState},
        rates={_text(family): decoding.decode_rate(rate) for family, rate in _pairs(rates)},
        units=_units(units),
        unserved=None if unserved_ms is None else max(0.0, unserved_ms / 1000),
        changes=int(changes[0]),
        oldest_change=max(0.0, changes[1] / 1000),
    )


def _units(flat: list[Any]) -> dict[tuple[str, str], int]:
    found = dict.fromkeys(((kind, state) for kind in UNIT_KINDS for state in UNIT_STATES), 0)
    for kind, opened, held, retrying in zip(*(flat[n::4] for n in range(4)), strict=True):
        # Workers of an earlier version do not count the units that they open and settle.
        waiting = max(0, int(opened) - int(held) - int(retrying))
        for state, units in zip(UNIT_STATES, (waiting, held, retrying), strict=True):
            if (_text(kind), state) in found:
                found[_text(kind), state] = int(units)
    return found


def _pairs(flat: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(flat[::2], flat[1::2], strict=True))


def _text(value: bytes | str) -> str:
    return decoding.decode_text(value)
