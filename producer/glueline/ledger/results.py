"""Redis's answers to the ledger's scripts, read into values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast

from glueline.contract.checks import CheckReport, SourceCheck
from glueline.contract.messages import UNIT, ExtractionRequest, UnitMessage
from glueline.contract.runs import (
    DeadLetter,
    Failure,
    RequestSummary,
    RunState,
    RunStatus,
    RunSummary,
)
from glueline.ledger import decoding

_NEW, _OTHER, _CONFLICT, _WAITS = 1, 2, 3, 4
"""What ``open_run`` says; see there."""
UNREADABLE = "unreadable"
"""The code of a failure that this version cannot read, or that is for want of reading."""
Refusal = Literal["left", "later", "failed"]
"""What became of a unit that this version cannot read; see ``refuse.lua``."""


@dataclass(frozen=True, slots=True)
class OpenRunResult:
    """A run, whether it is new, and what is to be published for it.

    The ``finish`` of a run that it supersedes is among the units. ``is_other``: this run of the
    same scope goes on, and none was opened. ``is_conflict``: the idempotency key belongs to another
    request, and none was opened. ``is_waiting``: the run waits for another of its scope to end.
    """

    run_id: str
    generation: int
    is_new: bool
    units: list[UnitMessage]
    is_other: bool = False
    is_conflict: bool = False
    is_waiting: bool = False


@dataclass(frozen=True, slots=True)
class UnreadableUnit:
    """An open unit whose message this version cannot read."""

    run_id: str
    unit_id: str
    problem: str


@dataclass(frozen=True, slots=True)
class DueUnits:
    """What the reconciler has to do.

    ``units`` are to be published. ``sentences`` tell of runs that were forgotten.
    """

    units: list[UnitMessage] = field(default_factory=list)
    unreadable: list[UnreadableUnit] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ClaimResult:
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
    problem: str = ""
    """Why this version cannot work on the unit: something of it or of its run cannot be read."""
    circumstances: str = ""
    """What the run works with, as JSON, once it is fixed."""


@dataclass(frozen=True, slots=True)
class CircumstancesResult:
    """What a run works with, as JSON, and its generation from now on."""

    circumstances: str
    generation: int


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """Which units run again, or in one word why none does."""

    outcome: str
    units: list[UnitMessage]
    count: int = 0
    """Of all, also of those that this version cannot read."""


@dataclass(frozen=True, slots=True)
class RunResults:
    """What the units of a run left for its end."""

    listings: list[str]
    receipts: dict[str, Mapping[str, Any]]
    failures: list[Failure]
    problem: str = ""
    """Why they are not all there; such a run is not committed."""
    newest_generation: int = 0
    """The greatest that the ledger has given to a run of the source."""


def parse_text(answer: Any) -> str | None:
    """A text, or None for Redis's nil."""
    return None if answer is None or answer is False else decoding.decode_text(answer)


def parse_texts(answer: Sequence[Any]) -> list[str]:
    """A list of texts."""
    return [decoding.decode_text(item) for item in answer]


def parse_open_run(answer: Sequence[Any], first: Sequence[UnitMessage]) -> OpenRunResult:
    """Read ``open_run``, which opened the ``first`` units if the run is new and need not wait."""
    run_id, generation, what, finish = answer
    superseded = parse_units([finish]) if finish else []
    return OpenRunResult(
        decoding.decode_text(run_id),
        int(generation),
        what in (_NEW, _WAITS),
        [*first, *superseded] if what == _NEW else superseded,
        is_other=what == _OTHER,
        is_conflict=what == _CONFLICT,
        is_waiting=what == _WAITS,
    )


def parse_claim(answer: Sequence[Any]) -> ClaimResult:
    """Read ``claim``."""
    outcome, attempts, *run = answer
    if not run:
        return ClaimResult(decoding.decode_text(outcome), int(attempts))
    state, request, generation, created_at, unit, trace, replayed, circumstances = run
    found, wrong_unit = decoding.decode_unit(unit)
    asked, wrong_request = decoding.decode_request(request, found.source if found else None)
    known, wrong_state = decoding.decode_state(state, has_ended=False)
    return ClaimResult(
        decoding.decode_text(outcome),
        int(attempts),
        known,
        asked,
        decoding.decode_number(generation),
        decoding.decode_time(created_at),
        found,
        decoding.decode_text(trace),
        replayed == 1,
        problem=wrong_unit or wrong_request or wrong_state,
        circumstances=decoding.decode_text(circumstances),
    )


def parse_circumstances(answer: Sequence[Any]) -> CircumstancesResult | None:
    """Read ``fix``."""
    return CircumstancesResult(decoding.decode_text(answer[0]), int(answer[1])) if answer else None


def parse_due(answer: Sequence[Any]) -> DueUnits:
    """Read ``parse_due``."""
    sentences, *flat = answer
    found = DueUnits(sentences=parse_texts(sentences))
    for run_id, unit_id, message in zip(flat[::3], flat[1::3], flat[2::3], strict=True):
        unit, problem = decoding.decode_unit(message)
        about = decoding.decode_text(run_id), decoding.decode_text(unit_id)
        if unit is not None and (unit.run_id, unit.unit_id) != about:
            unit, problem = None, "the message of the unit is that of another"
        if unit is None:
            found.unreadable.append(UnreadableUnit(*about, problem))
        else:
            found.units.append(unit)
    return found


def parse_refusal(answer: Any) -> Refusal | UnitMessage:
    """Read ``refuse``."""
    word = decoding.decode_text(answer)
    return UNIT.validate_json(word) if word.startswith("{") else cast("Refusal", word)


def parse_opened_units(answer: Sequence[Any]) -> tuple[bool, list[str]]:
    """Read ``open_units`` and ``settle``."""
    held, *ids = answer
    return held == 1, parse_texts(ids)


def parse_units(answer: Sequence[Any]) -> list[UnitMessage]:
    """Read units from their messages; what cannot be read is left to the reconciler."""
    return [unit for unit, _ in map(decoding.decode_unit, answer) if unit is not None]


def parse_replay(answer: Sequence[Any]) -> ReplayResult:
    """Read ``replay``."""
    outcome, *units = answer
    return ReplayResult(decoding.decode_text(outcome), parse_units(units), len(units))


def parse_status(run_id: str, answer: Any) -> RunStatus | None:
    """Read one run of ``parse_status``."""
    if not answer:
        return None
    fields = decoding.decode_hash(answer[1:])
    request, problem = decoding.decode_request(fields.get("request"), fields.get("source"))
    return RunStatus(request=request, **_parse_run(run_id, answer[0], fields, problem))


def parse_summary(run_id: str, answer: Any) -> RunSummary | None:
    """Read one run of ``parse_status`` without its filters."""
    if not answer:
        return None
    fields = decoding.decode_hash(answer[1:])
    request, problem = None, ""
    if "summary" in fields:
        request, problem = decoding.decode_model(RequestSummary, fields["summary"])
    if request is None:
        whole, problem = decoding.decode_request(fields.get("request"), fields.get("source"))
        request = decoding.summarize_request(whole)
    return RunSummary(request=request, **_parse_run(run_id, answer[0], fields, problem))


def parse_results(answer: Sequence[Any]) -> RunResults:
    """Read ``parse_results``."""
    listings, receipts, failed, problem, newest = answer
    found = {
        unit_id: decoding.decode_json(it) for unit_id, it in decoding.decode_hash(receipts).items()
    }
    if wrong := next((unit for unit, it in found.items() if not isinstance(it, dict)), None):
        problem = f"the receipt of {wrong[:200]} cannot be read"
    return RunResults(
        sorted(parse_texts(listings)),
        {unit_id: it for unit_id, it in found.items() if isinstance(it, dict)},
        _parse_failure_map(failed),
        problem=decoding.decode_text(problem),
        newest_generation=decoding.decode_number(newest),
    )


def parse_failures(answer: Sequence[Any]) -> tuple[list[Failure], list[str]] | None:
    """Read ``parse_failures``; None when there is no such run."""
    exists, failed, warnings = answer
    return (_parse_failure_map(failed), parse_texts(warnings)) if exists else None


def parse_dead_letters(answer: Sequence[Any]) -> list[DeadLetter]:
    """Read ``parse_dead_letters``."""
    return [_parse_dead_letter(letter) for letter in answer]


def parse_check(source: str, answer: Sequence[Any]) -> SourceCheck:
    """Read one source of ``checks``; a report that cannot be read is as good as none."""
    report, is_checking = answer
    return SourceCheck(
        source=source,
        report=decoding.decode_model(CheckReport, report)[0] if report else None,
        is_checking=is_checking == 1,
    )


def _parse_run(
    run_id: str, open_units: Any, fields: Mapping[str, Any], problem: str
) -> dict[str, Any]:
    """What a run's fields say, but for its request; ``problem`` is what was wrong with that."""
    finished_at, reason = fields.get("finished_at"), fields.get("reason")
    state, wrong_state = decoding.decode_state(
        fields.get("state"), has_ended=finished_at is not None
    )
    return {
        "run_id": run_id,
        "generation": decoding.decode_number(fields.get("generation")),
        "state": state,
        "created_at": decoding.decode_time(fields.get("created_at")),
        "finished_at": decoding.decode_time(finished_at) if finished_at else None,
        "open_units": int(open_units),
        "settled_units": decoding.decode_number(fields.get("settled")),
        "failed_units": decoding.decode_number(fields.get("failed")),
        "counts": {
            name.removeprefix("count:"): decoding.decode_number(value)
            for name, value in sorted(fields.items())
            if name.startswith("count:")
        },
        "reason": decoding.decode_text(reason) if reason else (problem or wrong_state or None),
        "is_readable": not (problem or wrong_state),
    }


def _parse_failure_map(answer: Sequence[Any]) -> list[Failure]:
    found = (
        _parse_failure(unit_id, it) for unit_id, it in decoding.decode_hash(list(answer)).items()
    )
    return sorted(found, key=lambda failure: failure.unit_id)


def _parse_failure(unit_id: str, document: Any) -> Failure:
    found, problem = decoding.decode_model(Failure, document)
    return found or Failure(
        unit_id=unit_id,
        code=UNREADABLE,
        message=f"this version of Glueline cannot read why it failed: {problem}",
        attempts=0,
        at=decoding.EPOCH,
    )


def _parse_dead_letter(document: Any) -> DeadLetter:
    found, problem = decoding.decode_model(DeadLetter, document)
    reason = f"this version of Glueline cannot read the dead letter: {problem}"
    return found or DeadLetter(reason=reason, body="", at=decoding.EPOCH)
