"""Read the answers of Redis to the ledger's scripts into values."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from glueline.contract.messages import UNIT, UnitMessage
from glueline.contract.runs import DeadLetter, Failure, RequestSummary, RunStatus, RunSummary
from glueline.ledger.decoding import (
    EPOCH,
    decode_hash,
    decode_json,
    decode_model,
    decode_number,
    decode_request,
    decode_state,
    decode_text,
    decode_time,
    decode_unit,
    summarize_request,
)
from glueline.ledger.results import (
    UNREADABLE,
    CancelResult,
    CircumstancesResult,
    ClaimResult,
    DueUnits,
    OpenRunResult,
    Refusal,
    ReplayResult,
    RunResults,
    UnreadableUnit,
)

_NEW, _OTHER, _CONFLICT, _WAITS = 1, 2, 3, 4
"""The outcomes of ``open_run``; see ``open_run.lua``."""


def parse_text(answer: Any) -> str | None:
    """Read a text, or None for Redis's nil."""
    return None if answer is None or answer is False else decode_text(answer)


def parse_texts(answer: Sequence[Any]) -> list[str]:
    """Read a list of texts."""
    return [decode_text(item) for item in answer]


def parse_open_run(answer: Sequence[Any], first: Sequence[UnitMessage]) -> OpenRunResult:
    """Read ``open_run``, which opened the ``first`` units if the run is new and need not wait."""
    run_id, generation, what, finish = answer
    superseded = parse_units([finish]) if finish else []
    return OpenRunResult(
        decode_text(run_id),
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
        return ClaimResult(decode_text(outcome), int(attempts))
    state, request, generation, created_at, unit, trace, replayed, circumstances = run
    found, wrong_unit = decode_unit(unit)
    asked, wrong_request = decode_request(request, found.source if found else None)
    known, wrong_state = decode_state(state, has_ended=False)
    return ClaimResult(
        decode_text(outcome),
        int(attempts),
        known,
        asked,
        decode_number(generation),
        decode_time(created_at),
        found,
        decode_text(trace),
        replayed == 1,
        problem=wrong_unit or wrong_request or wrong_state,
        circumstances=decode_text(circumstances),
    )


def parse_circumstances(answer: Sequence[Any]) -> CircumstancesResult | None:
    """Read ``fix``."""
    return CircumstancesResult(decode_text(answer[0]), int(answer[1])) if answer else None


def parse_due(answer: Sequence[Any]) -> DueUnits:
    """Read ``due``."""
    sentences, *flat = answer
    found = DueUnits(sentences=parse_texts(sentences))
    for run_id, unit_id, message in zip(flat[::3], flat[1::3], flat[2::3], strict=True):
        unit, problem = decode_unit(message)
        about = decode_text(run_id), decode_text(unit_id)
        if unit is not None and (unit.run_id, unit.unit_id) != about:
            unit, problem = None, "the message of the unit is that of another"
        if unit is None:
            found.unreadable.append(UnreadableUnit(*about, problem))
        else:
            found.units.append(unit)
    return found


def parse_refusal(answer: Any) -> Refusal | UnitMessage:
    """Read ``refuse``."""
    word = decode_text(answer)
    return UNIT.validate_json(word) if word.startswith("{") else cast("Refusal", word)


def parse_opened_units(answer: Sequence[Any]) -> tuple[bool, list[str]]:
    """Read ``open_units`` and ``settle``."""
    held, *ids = answer
    return held == 1, parse_texts(ids)


def parse_units(answer: Sequence[Any]) -> list[UnitMessage]:
    """Read units from their messages; unreadable ones are left to the reconciler."""
    return [unit for unit, _ in map(decode_unit, answer) if unit is not None]


def parse_cancel(answer: Any) -> CancelResult | None:
    """Read ``cancel``; None when there is no such run."""
    if not answer:
        return None
    _, state, has_ended, *units = answer
    return CancelResult(decode_state(state, has_ended=has_ended == 1)[0], parse_units(units))


def parse_replay(answer: Sequence[Any]) -> ReplayResult:
    """Read ``replay``."""
    outcome, *units = answer
    return ReplayResult(decode_text(outcome), parse_units(units), len(units))


def parse_status(run_id: str, answer: Any) -> RunStatus | None:
    """Read one run of ``status``."""
    if not answer:
        return None
    fields = decode_hash(answer[1:])
    request, problem = decode_request(fields.get("request"), fields.get("source"))
    return RunStatus(request=request, **_parse_run(run_id, answer[0], fields, problem))


def parse_summary(run_id: str, answer: Any) -> RunSummary | None:
    """Read one run of ``status`` without its filters."""
    if not answer:
        return None
    fields = decode_hash(answer[1:])
    request, problem = None, ""
    if "summary" in fields:
        request, problem = decode_model(RequestSummary, fields["summary"])
    if request is None:
        whole, problem = decode_request(fields.get("request"), fields.get("source"))
        request = summarize_request(whole)
    return RunSummary(request=request, **_parse_run(run_id, answer[0], fields, problem))


def parse_results(answer: Sequence[Any]) -> RunResults:
    """Read ``results``."""
    listings, receipts, failed, problem, newest = answer
    found = {unit_id: decode_json(it) for unit_id, it in decode_hash(receipts).items()}
    if wrong := next((unit for unit, it in found.items() if not isinstance(it, dict)), None):
        problem = f"the receipt of {wrong[:200]} cannot be read"
    return RunResults(
        sorted(parse_texts(listings)),
        {unit_id: it for unit_id, it in found.items() if isinstance(it, dict)},
        _parse_failure_map(failed),
        problem=decode_text(problem),
        newest_generation=decode_number(newest),
    )


def parse_failures(answer: Sequence[Any]) -> tuple[list[Failure], list[str]] | None:
    """Read ``failures``; None when there is no such run."""
    exists, failed, warnings = answer
    return (_parse_failure_map(failed), parse_texts(warnings)) if exists else None


def parse_dead_letters(answer: Sequence[Any]) -> list[DeadLetter]:
    """Read ``dead_letters``."""
    return [_parse_dead_letter(letter) for letter in answer]


def _parse_run(
    run_id: str, open_units: Any, fields: Mapping[str, Any], problem: str
) -> dict[str, Any]:
    """Read a run's fields without its request; ``problem`` is what was wrong with that."""
    finished_at, reason = fields.get("finished_at"), fields.get("reason")
    state, wrong_state = decode_state(fields.get("state"), has_ended=finished_at is not None)
    return {
        "run_id": run_id,
        "generation": decode_number(fields.get("generation")),
        "state": state,
        "created_at": decode_time(fields.get("created_at")),
        "finished_at": decode_time(finished_at) if finished_at else None,
        "open_units": int(open_units),
        "settled_units": decode_number(fields.get("settled")),
        "failed_units": decode_number(fields.get("failed")),
        "counts": {
            name.removeprefix("count:"): decode_number(value)
            for name, value in sorted(fields.items())
            if name.startswith("count:")
        },
        "reason": decode_text(reason) if reason else (problem or wrong_state or None),
        "is_readable": not (problem or wrong_state),
    }


def _parse_failure_map(answer: Sequence[Any]) -> list[Failure]:
    found = (_parse_failure(unit_id, it) for unit_id, it in decode_hash(list(answer)).items())
    return sorted(found, key=lambda failure: failure.unit_id)


def _parse_failure(unit_id: str, document: Any) -> Failure:
    found, problem = decode_model(Failure, document)
    return found or Failure(
        unit_id=unit_id,
        code=UNREADABLE,
        message=f"this version of Glueline cannot read why it failed: {problem}",
        attempts=0,
        at=EPOCH,
    )


def _parse_dead_letter(document: Any) -> DeadLetter:
    found, problem = decode_model(DeadLetter, document)
    reason = f"this version of Glueline cannot read the dead letter: {problem}"
    return found or DeadLetter(reason=reason, body="", at=EPOCH)
