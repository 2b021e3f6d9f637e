"""The operations on runs and units, as values: script, keys, arguments, and the answer's reader.

No operation raises for the state of a run; the answers tell it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import Any

from glueline.contract.messages import ExtractionRequest, FinishUnit, UnitMessage, first_units
from glueline.contract.runs import AnyRun, DeadLetter, Failure, RunState, RunStatus, RunSummary
from glueline.ledger import parsing, results
from glueline.ledger.command import Command
from glueline.ledger.decoding import digest_request, summarize_request
from glueline.ledger.keys import KeyOrigin, Keys

REDISPATCH_AFTER_MS = 20_000
"""Milliseconds after which a unit that nobody holds is published again; see ``due.lua``."""
OVERTAKE_MARGIN_MS = 5_000
LEASE_MS = 30_000
RUN_LIFETIME_MS = 3 * 24 * 3600 * 1000
IDEMPOTENCY_TTL_MS = 7 * 24 * 3600 * 1000
MAX_DEAD_LETTERS = 1000

RunCursor = tuple[int, str]
"""The place of a run in the order of all: the time of its creation (ms) and its id."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right of one attempt to work on a unit. ``token`` proves it until the lease ends."""

    unit: UnitMessage
    token: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """The end of a unit: its counts, the listings that it completed, and the units that follow."""

    failure: Failure | None = None
    receipt: Mapping[str, Any] | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    listings: Sequence[str] = ()
    warnings: Sequence[str] = ()
    children: Sequence[UnitMessage] = ()


@dataclass(frozen=True, slots=True)
class Commands:
    """Makes the ledger's commands for one key prefix. Tests use shorter times."""

    keys: Keys = field(default_factory=Keys)
    redispatch_after_ms: int = REDISPATCH_AFTER_MS
    overtake_margin_ms: int = OVERTAKE_MARGIN_MS

    def open_run(
        self,
        run_id: str,
        request: ExtractionRequest,
        trace: str = "",
        *,
        unless_running: bool = False,
        origin: KeyOrigin = "caller",
    ) -> Command[results.OpenRunResult]:
        """Open a run with its first units, or find the one with the same idempotency key.

        ``trace`` is the ``traceparent`` that all units of the run join. With ``unless_running`` a
        running run of the same scope is kept and nothing is opened; without it, it is superseded.
        ``origin`` is who chose the idempotency key.
        """
        keys = self.keys
        units = first_units(run_id, request)
        return Command(
            "open_run",
            (
                keys.run(run_id),
                keys.runs,
                keys.active,
                keys.scope(request),
                keys.generation(request.source),
                keys.idempotency(request, origin),
            ),
            (
                run_id,
                request.model_dump_json(),
                request.source,
                request.scope.label,
                self.redispatch_after_ms,
                0 if request.idempotency_key is None else IDEMPOTENCY_TTL_MS,
                _encode_any_finish(request.source),
                trace,
                1 if unless_running else 0,
                digest_request(request),
                summarize_request(request).model_dump_json(),
                *_pairs(units),
            ),
            lambda answer: parsing.parse_open_run(answer, units),
        )

    def claim(self, claim: Claim, lease_ms: int, attempts: int) -> Command[results.ClaimResult]:
        """Take a unit for one attempt out of ``attempts``."""
        return Command(
            "claim",
            (self.keys.run(claim.unit.run_id), self.keys.watermark),
            (claim.unit.unit_id, claim.token, lease_ms, attempts, self.redispatch_after_ms),
            parsing.parse_claim,
        )

    def renew(self, claims: Sequence[Claim], lease_ms: int) -> Command[list[bool]]:
        """Prolong claims; False for those that are lost."""
        return Command(
            "renew",
            tuple(self.keys.run(claim.unit.run_id) for claim in claims),
            (lease_ms, *chain.from_iterable((c.unit.unit_id, c.token) for c in claims)),
            lambda answer: [is_renewed == 1 for is_renewed in answer],
        )

    def open_units(
        self, claim: Claim, children: Sequence[UnitMessage]
    ) -> Command[tuple[bool, list[str]]]:
        """Open children of a claimed unit; returns whether the claim holds, and the new ids."""
        return Command(
            "open_units",
            (self.keys.run(claim.unit.run_id),),
            (claim.unit.unit_id, claim.token, self.redispatch_after_ms, *_pairs(children)),
            parsing.parse_opened_units,
        )

    def settle(self, claim: Claim, settlement: Settlement) -> Command[tuple[bool, list[str]]]:
        """Close a unit; returns whether the claim held, and the ids to publish."""
        outcome = {
            "failure": settlement.failure and settlement.failure.model_dump_json(),
            "receipt": None if settlement.receipt is None else json.dumps(settlement.receipt),
            "counts": settlement.counts,
            "listings": settlement.listings,
            "warnings": settlement.warnings,
            "children": [(child.unit_id, child.model_dump_json()) for child in settlement.children],
        }
        return Command(
            "settle",
            (self.keys.run(claim.unit.run_id),),
            (
                claim.unit.unit_id,
                claim.token,
                self.redispatch_after_ms,
                make_finish_unit(claim.unit.run_id, claim.unit.source).model_dump_json(),
                _json(outcome),
            ),
            parsing.parse_opened_units,
        )

    def release(self, claim: Claim, *, delay_ms: int = 0, counted: bool = True) -> Command[bool]:
        """Give a unit back, to be published again after ``delay_ms`` (0: it was requeued)."""
        return Command(
            "release",
            (self.keys.run(claim.unit.run_id),),
            (
                claim.unit.unit_id,
                claim.token,
                delay_ms,
                self.redispatch_after_ms,
                0 if counted else 1,
            ),
            lambda answer: bool(answer == 1),
        )

    def postpone(self, claim: Claim, *, delay_ms: int, warning: str) -> Command[bool]:
        """Try to clean up a stopped run again after ``delay_ms``; until then it has ``warning``."""
        return Command(
            "postpone",
            (self.keys.run(claim.unit.run_id),),
            (claim.unit.unit_id, claim.token, delay_ms, warning),
            lambda answer: bool(answer == 1),
        )

    def fix(
        self, claim: Claim, circumstances: str, newest_generation: int
    ) -> Command[results.CircumstancesResult | None]:
        """Fix the circumstances of a run unless they are fixed; None when the claim is lost.

        The run gets a generation above ``newest_generation``, unless the ledger gave that itself.
        """
        source = claim.unit.source
        return Command(
            "fix",
            (
                self.keys.run(claim.unit.run_id),
                self.keys.generation(source),
                self.keys.generation_floor(source),
            ),
            (claim.unit.unit_id, claim.token, circumstances, newest_generation),
            parsing.parse_circumstances,
        )

    def give_back(
        self, claim: Claim, warning: str, *, delay_ms: int, longest_ms: int
    ) -> Command[bool | None]:
        """Give back a unit that this worker cannot serve, and warn about it once in the run.

        True: given back; False: no worker could for ``longest_ms``; None: the claim is lost.
        """
        return Command(
            "give_back",
            (self.keys.run(claim.unit.run_id),),
            (claim.unit.unit_id, claim.token, delay_ms, longest_ms, warning),
            lambda answer: answer == 1 if answer else None,
        )

    def finish(
        self,
        claim: Claim,
        state: RunState | None,
        *,
        keep_ms: int,
        reason: str = "",
        counts: Mapping[str, int] | None = None,
        warnings: Sequence[str] = (),
    ) -> Command[bool]:
        """End a run in ``state``; None keeps the state it was stopped in."""
        return Command(
            "finish",
            (self.keys.run(claim.unit.run_id), self.keys.active),
            (
                claim.token,
                state or "",
                reason,
                keep_ms,
                _json({"counts": counts or {}, "warnings": warnings}),
            ),
            lambda answer: bool(answer == 1),
        )

    def find_due(
        self, limit: int = 1000, *, lease_ms: int = LEASE_MS, life_ms: int = RUN_LIFETIME_MS
    ) -> Command[results.DueUnits]:
        """Find the units whose messages must be published again.

        This also ends runs that have lost a key or are older than ``life_ms``.
        """
        keys = self.keys
        return Command(
            "due",
            (keys.active, keys.watermark, keys.queue, keys.runs, keys.reconciler),
            (
                self.redispatch_after_ms,
                self.overtake_margin_ms,
                limit,
                lease_ms,
                life_ms,
                keys.run(""),
            ),
            parsing.parse_due,
        )

    def refuse(
        self, unit: results.UnreadableUnit, attempts: int
    ) -> Command[results.Refusal | UnitMessage]:
        """Count an attempt at a unit that this version cannot read; give it up after the last."""
        now = datetime.now(UTC)
        failure = Failure(
            unit_id=unit.unit_id,
            code=results.UNREADABLE,
            message=unit.problem,
            attempts=attempts,
            at=now,
        )
        reason = f"unit {unit.unit_id[:200]} of run {unit.run_id}: {unit.problem}"
        letter = DeadLetter(reason=reason, body="", at=now)
        return Command(
            "refuse",
            (self.keys.run(unit.run_id), self.keys.dead),
            (
                unit.unit_id,
                attempts,
                self.redispatch_after_ms,
                failure.model_dump_json(),
                letter.model_dump_json(),
                MAX_DEAD_LETTERS,
            ),
            parsing.parse_refusal,
        )

    def take_turn(self, work: str, milliseconds: int) -> Command[bool]:
        """Take the turn at some work; False while another worker has it."""
        keys = (self.keys.turn(work),)
        return Command("take_turn", keys, (milliseconds,), lambda answer: bool(answer == 1))

    def cancel(self, run_id: str, reason: str) -> Command[results.CancelResult | None]:
        """Stop a run, unless it has ended or is being finished; None when there is no such run."""
        return Command(
            "cancel",
            (self.keys.run(run_id),),
            (reason, self.redispatch_after_ms),
            parsing.parse_cancel,
        )

    def replay(self, run: RunStatus, units: Sequence[str] = ()) -> Command[results.ReplayResult]:
        """Open the failed units of an ended run again."""
        return Command(
            "replay",
            (self.keys.run(run.run_id), self.keys.active, self.keys.scope(run.request)),
            (
                self.redispatch_after_ms,
                make_finish_unit(run.run_id, run.request.source).model_dump_json(),
                *units,
            ),
            parsing.parse_replay,
        )

    def status(self, run_ids: Iterable[str]) -> Command[list[RunStatus | None]]:
        """Return the status of runs; None for a run that is not known (any more)."""
        ids = tuple(run_ids)
        return Command(
            "status",
            tuple(self.keys.run(run_id) for run_id in ids),
            (),
            lambda answer: [
                parsing.parse_status(i, found) for i, found in zip(ids, answer, strict=True)
            ],
        )

    def summaries(self, run_ids: Iterable[str]) -> Command[list[RunSummary | None]]:
        """Return the status of runs, without their filters."""
        ids = tuple(run_ids)
        return Command(
            "status",
            tuple(self.keys.run(run_id) for run_id in ids),
            ("short",),
            lambda answer: [
                parsing.parse_summary(i, found) for i, found in zip(ids, answer, strict=True)
            ],
        )

    def results(self, run_id: str) -> Command[results.RunResults]:
        """Return the results of a run's units, for the commit of the sinks."""
        return Command("results", (self.keys.run(run_id),), (), parsing.parse_results)

    def failures(self, run_id: str) -> Command[tuple[list[Failure], list[str]] | None]:
        """Return the failed units and the warnings of a run."""
        return Command("failures", (self.keys.run(run_id),), (), parsing.parse_failures)

    def recent(self, limit: int, after: AnyRun | RunCursor | None = None) -> Command[list[str]]:
        """Return the ids of the newest runs, or of those that were created before ``after``."""
        created, run_id = cursor_of(after) if after else ("+inf", "")
        args = (self.keys.run(""), limit, created, run_id)
        return Command("recent", (self.keys.runs,), args, parsing.parse_texts)

    def find(self, start: str) -> Command[list[str]]:
        """Return the ids of the runs whose id begins with ``start``."""
        args = (self.keys.run(""), start)
        return Command("find", (self.keys.runs,), args, parsing.parse_texts)

    def find_running(self, request: ExtractionRequest) -> Command[str | None]:
        """Return the id of the running run of the request's scope."""
        return Command("running", (self.keys.scope(request),), (), parsing.parse_text)

    def add_dead_letter(self, reason: str, body: str) -> Command[None]:
        """Keep a dead letter."""
        letter = DeadLetter(reason=reason, body=body, at=datetime.now(UTC))
        return Command(
            "add_dead_letter",
            (self.keys.dead,),
            (letter.model_dump_json(), MAX_DEAD_LETTERS),
            lambda _: None,
        )

    def dead_letters(self, limit: int = MAX_DEAD_LETTERS) -> Command[list[DeadLetter]]:
        """Return the newest dead letters."""
        return Command("dead_letters", (self.keys.dead,), (limit,), parsing.parse_dead_letters)


def make_finish_unit(run_id: str, source: str) -> FinishUnit:
    """Return the unit that ends a run."""
    return FinishUnit(run_id=run_id, source=source)


def cursor_of(run: AnyRun | RunCursor) -> RunCursor:
    """Return the place of a run in the order of all runs."""
    if isinstance(run, tuple):
        return run
    return round(run.created_at.timestamp() * 1000), run.run_id


@lru_cache(maxsize=64)
def _encode_any_finish(source: str) -> str:
    """Return the message of any run's ``finish``, with the placeholder ``@run@``."""
    return make_finish_unit("0" * 16, source).model_dump_json().replace("0" * 16, "@run@", 1)


def _pairs(units: Iterable[UnitMessage]) -> Iterable[str]:
    return chain.from_iterable((unit.unit_id, unit.model_dump_json()) for unit in units)


def _json(outcome: Mapping[str, Any]) -> str:
    """Leave out None: cjson would give Lua a value that is not nil."""
    return json.dumps({name: value for name, value in outcome.items() if value is not None})
