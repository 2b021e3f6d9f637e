"""Units that this version cannot read, or whose run it cannot read, after their last attempt."""

from datetime import UTC, datetime

import structlog

from glueline.contract.errors import GluelineError
from glueline.contract.messages import FinishUnit
from glueline.contract.runs import Failure, RunState
from glueline.ledger.commands import Claim, Settlement, make_finish_unit
from glueline.ledger.results import UNREADABLE, ClaimResult
from glueline_worker.execution import run_commit
from glueline_worker.execution.observer import AttemptObserver, report_run_end
from glueline_worker.execution.services import WorkerServices
from glueline_worker.sinks.model import Run

log = structlog.get_logger()


async def give_up_unreadable(services: WorkerServices, claim: Claim, result: ClaimResult) -> None:
    """Fail the unit, or its run if the unit is its end, and keep a dead letter of it."""
    unit = claim.unit
    AttemptObserver(unit.kind).report_failure_text(result.problem, UNREADABLE)
    if isinstance(unit, FinishUnit):
        await _end_run(services, claim, result)
    else:
        failure = Failure(
            unit_id=unit.unit_id,
            code=UNREADABLE,
            message=result.problem,
            attempts=result.attempts,
            at=datetime.now(UTC),
        )
        settle = services.calls.settle(claim, Settlement(failure=failure))
        has_claim, new_ids = await services.ledger(settle)
        if has_claim and new_ids:
            await services.publish([make_finish_unit(unit.run_id, unit.source)])
    where = f"unit {unit.unit_id[:200]} of run {unit.run_id}"
    await services.ledger(services.calls.add_dead_letter(f"{where}: {result.problem}", ""))


async def _end_run(services: WorkerServices, claim: Claim, result: ClaimResult) -> None:
    """End a run whose request cannot be read here, and remove what it wrote."""
    if result.request is not None and result.created_at is not None:
        run = Run(claim.unit.run_id, result.generation, result.request, result.created_at)
        try:
            await run_commit.abort_run(services.sinks, run, replayed=result.replayed)
        except GluelineError as error:
            log.warning("run.not_taken_back", error=str(error))
    state = RunState.FAILED if result.state is RunState.RUNNING else None
    call = services.calls.finish(claim, state, keep_ms=services.keep_ms, reason=result.problem)
    await services.ledger(call)
    if state is not None:
        report_run_end(state, result.problem)
