"""Redis's answers to the ledger's scripts, read into values."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from glueline.contract.checks import CheckReport, SourceCheck
from glueline.contract.messages import UNIT, ExtractionRequest, UnitMessage
from glueline.contract.runs import DeadLetter, Failure, RunState, RunStatus

OTHER = 2
"""What ``open_run`` says of a run that goes on instead."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A run, whether it is new, and what is to be published for it.

    The ``finish`` of a run that it supersedes is among the units. ``is_other``: this run of the
    same scope goes on, and none was opened.
    """

    run_id: str
    generation: int
    is_new: bool
    units: list[UnitMessage]
    is_other: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """The answer to a claim; see ``claim.lua`` for the outcomes."""

    outcome: str
    attempts: int
    state: RunState | None = None
    request: ExtractionRequest | None = None
    generation: int = 0
    created_at: datetime | None = None
    unit: UnitMessage | None = None
    """The unit as it was opened, when it is to be worked on."""
    trace: str = ""
    """The ``traceparent`` that the run was opened with."""
    replayed: bool = False
    """Whether the run had ended before, so that sinks may have committed it."""
    circumstances: str = ""
    """What the run works with, as JSON, once it is fixed."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """What a run works with, as JSON, and its generation from now on."""

    circumstances: str
    generation: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """Which units run again, or in one word why none does."""

    outcome: str
    units: list[UnitMessage]


@dataclass(frozen=True, slots=True)
class Results:
    """What the units of a run left for its end."""

    listings: list[str]
    receipts: dict[str, Mapping[str, Any]]
    failures: list[Failure]
    newest_generation: int = 0
    """The greatest that the ledger has given to a run of the source."""


def text(answer: Any) -> str | None:
    """A text, or None for Redis's nil."""
    if answer is None or answer is False:
        return None
    return answer.decode() if isinstance(answer, bytes) else str(answer)


def texts(answer: Sequence[Any]) -> list[str]:
    """A list of texts."""
    return [_text(item) for item in answer]


def opened(answer: Sequence[Any], first: Sequence[UnitMessage]) -> Opened:
    """Read ``open_run``, which opened the ``first`` units if the run is new."""
    run_id, generation, is_new, finish = answer
    superseded = messages([finish]) if finish else []
    units = [*first, *superseded] if is_new == 1 else []
    return Opened(_text(run_id), int(generation), is_new == 1, units, is_other=is_new == OTHER)


def claimed(answer: Sequence[Any]) -> Claimed:
    """Read ``claim``."""
    outcome, attempts, *run = answer
    if not run:
        return Claimed(_text(outcome), int(attempts))
    state, request, generation, created_at, unit, trace, replayed, circumstances = run
    return Claimed(
        _text(outcome),
        int(attempts),
        RunState(_text(state)),
        ExtractionRequest.model_validate_json(request),
        int(generation),
        _moment(created_at),
        UNIT.validate_json(unit),
        _text(trace),
        replayed == 1,
        _text(circumstances),
    )


def fixed(answer: Sequence[Any]) -> Fixed | None:
    """Read ``fix``."""
    return Fixed(_text(answer[0]), int(answer[1])) if answer else None


def opened_units(answer: Sequence[Any]) -> tuple[bool, list[str]]:
    """Read ``open_units`` and ``settle``."""
    held, *ids = answer
    return held == 1, texts(ids)


def messages(answer: Sequence[Any]) -> list[UnitMessage]:
    """Read units from their messages."""
    return [UNIT.validate_json(message) for message in answer]


def replayed(answer: Sequence[Any]) -> Replayed:
    """Read ``replay``."""
    outcome, *units = answer
    return Replayed(_text(outcome), messages(units))


def status(run_id: str, answer: Any) -> RunStatus | None:
    """Read one run of ``status``."""
    if not answer:
        return None
    open_units, *rest = answer
    fields = _mapping(rest)
    finished_at = fields.get("finished_at")
    return RunStatus(
        run_id=run_id,
        generation=int(fields["generation"]),
        request=ExtractionRequest.model_validate_json(fields["request"]),
        state=RunState(fields["state"]),
        created_at=_moment(fields["created_at"]),
        finished_at=_moment(finished_at) if finished_at else None,
        open_units=int(open_units),
        settled_units=int(fields["settled"]),
        failed_units=int(fields["failed"]),
        counts={
            name.removeprefix("count:"): int(value)
            for name, value in sorted(fields.items())
            if name.startswith("count:")
        },
        reason=fields.get("reason"),
    )


def results(answer: Sequence[Any]) -> Results:
    """Read ``results``."""
    listings, receipts, failed, newest = answer
    return Results(
        sorted(texts(listings)),
        {unit_id: json.loads(receipt) for unit_id, receipt in _mapping(receipts).items()},
        _failures(failed),
        int(newest),
    )


def failures(answer: Sequence[Any]) -> tuple[list[Failure], list[str]] | None:
    """Read ``failures``; None when there is no such run."""
    exists, failed, warnings = answer
    return (_failures(failed), texts(warnings)) if exists else None


def letters(answer: Sequence[Any]) -> list[DeadLetter]:
    """Read ``letters``."""
    return [DeadLetter.model_validate_json(letter) for letter in answer]


def check(source: str, answer: Sequence[Any]) -> SourceCheck:
    """Read one source of ``checks``."""
    report, is_checking = answer
    return SourceCheck(
        source=source,
        report=CheckReport.model_validate_json(report) if report else None,
        is_checking=is_checking == 1,
    )


def _failures(answer: Sequence[Any]) -> list[Failure]:
    found = (Failure.model_validate_json(value) for value in _mapping(answer).values())
    return sorted(found, key=lambda failure: failure.unit_id)


def _mapping(answer: Sequence[Any]) -> dict[str, str]:
    flat = texts(answer)
    return dict(zip(flat[::2], flat[1::2], strict=True))


def _moment(milliseconds: Any) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _text(answer: Any) -> str:
    return answer.decode() if isinstance(answer, bytes) else str(answer)
