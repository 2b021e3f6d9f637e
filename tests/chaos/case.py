"""Cases by name, and how one is run."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.stage import NotPlayed, Stage


@dataclass(frozen=True)
class Case:
    """A way in which the world breaks, at two sizes."""

    name: str
    promise: str
    play: Callable[..., None]
    full: dict[str, Any]
    short: dict[str, Any]


@dataclass(frozen=True)
class Result:
    """How a case came out."""

    case: str
    seed: int
    problem: str
    seconds: float
    counts: dict[str, int | float | str]
    skipped: str = ""
    """Why it could not be played."""


CASES: dict[str, Case] = {}


def case(
    *, full: dict[str, Any], short: dict[str, Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function ``(stage, **size)``; its docstring is the promise."""

    def register(play: Callable[..., None]) -> Callable[..., None]:
        name = play.__name__.replace("_", "-")
        promise = (play.__doc__ or "").strip().splitlines()[0]
        CASES[name] = Case(name, promise, play, full, short)
        return play

    return register


def run(chosen: Case, folder: Path, seed: int, *, full: bool) -> Result:
    """Play a case; its problem is a text, empty when all held."""
    started = time.monotonic()
    problem = skipped = ""
    stage = Stage(folder, seed, full=full)
    try:
        with stage:
            chosen.play(stage, **(chosen.full if full else chosen.short))
    except NotPlayed as error:
        skipped = str(error)
    except AssertionError as error:
        problem = str(error) or "an assertion without words failed"
    except Exception as error:  # noqa: BLE001 - one broken case must not end the others
        problem = f"{type(error).__name__}: {error}"
    seconds = round(time.monotonic() - started, 1)
    return Result(chosen.name, seed, problem, seconds, stage.counts, skipped)
