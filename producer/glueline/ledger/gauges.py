"""The figures of the whole ledger that are worth watching."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glueline.contract.runs import RunState
from glueline.ledger.calls import Call
from glueline.ledger.keys import Keys

RUNS_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Gauges:
    """How things stand. ``oldest`` is the age in seconds of the unit that waits longest."""

    queue_length: int
    oldest: float
    open_units: int
    held_units: int
    dead_letters: int
    runs: Mapping[RunState, int]
    """Of the newest thousand runs."""
    rates: Mapping[str, float]
    """The learnt calls per second by ``<account>:<region>:<operation>``."""


def gauges(keys: Keys, silence_ms: int) -> Call[Gauges]:
    """Ask for all figures in one call."""
    return Call(
        "gauges",
        (keys.active, keys.runs, keys.queue, keys.dead, keys.quotas),
        (silence_ms, keys.run(""), keys.quota(""), RUNS_COUNTED),
        _read,
    )


def _read(answer: Any) -> Gauges:
    length, oldest_ms, open_units, held, dead, states, rates = answer
    found = {RunState(_text(state)): int(runs) for state, runs in _pairs(states)}
    return Gauges(
        queue_length=int(length),
        oldest=max(0.0, oldest_ms / 1000),
        open_units=int(open_units),
        held_units=int(held),
        dead_letters=int(dead),
        runs={state: found.get(state, 0) for state in RunState},
        rates={_text(family): float(rate) for family, rate in _pairs(rates)},
    )


def _pairs(flat: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(flat[::2], flat[1::2], strict=True))


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
