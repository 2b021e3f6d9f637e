"""Units that this version cannot read, or whose run it cannot, after their last attempt."""

from datetime import UTC, datetime

import structlog

from glueline.contract.errors import GluelineError
from glueline.contract.messages import FinishUnit
from glueline.contract.runs import Failure, RunState
from glueline.ledger.commands import Claim, Settlement
from glueline.ledger.results import UNREADABLE, ClaimResult
from glueline_worker.execution import run_commit
from glueline_worker.execution.attempt import note, run_ended
from glueline_worker.execution.fixed_circumstances import Tools
from glueline_worker.sinks.base import Run

log = structlog.get_logger()


async def give_up_unread(tools: Tools, claim: Claim, claimed: ClaimResult) -> None:
    """Let the unit fail, or the run if it is its end, and keep a dead letter of it."""
    unit = claim.unit
    note(claim, "failed")
    log.error("unit.failed", error=claimed.problem, code=UNREADABLE)
    if isinstance(unit, FinishUnit):
        await _end(tools, claim, claimed)
    else:
        failure = Failure(
            unit_id=unit.unit_id,
            code=UNREADABLE,
            message=claimed.problem,
            attempts=claimed.attempts,
            at=datetime.now(UTC),
        )
        held, ids = await tools.ledger(tools.calls.settle(claim, Settlement(failure=failure)))
        if held and ids:
            await tools.publish([FinishUnit(run_id=unit.run_id, source=unit.source)])
    where = f"unit {unit.unit_id[:200]} of run {unit.run_id}"
    await tools.ledger(tools.calls.add_dead_letter(f"{where}: {claimed.problem}", ""))


async def _end(tools: Tools, claim: Claim, claimed: ClaimResult) -> None:
    """End a run whose request nobody here can read: what it wrote is taken back."""
    if claimed.request is not None and claimed.created_at is not None:
        run = Run(claim.unit.run_id, claimed.generation, claimed.request, claimed.created_at)
        try:
            await run_commit.abort(tools.sinks, run, replayed=claimed.replayed)
        except GluelineError as error:
            log.warning("run.not_taken_back", error=str(error))
    state = RunState.FAILED if claimed.state is RunState.RUNNING else None
    call = tools.calls.finish(claim, state, keep_ms=tools.keep_ms, reason=claimed.problem)
    await tools.ledger(call)
    if state is not None:
        run_ended(state, claimed.problem)
