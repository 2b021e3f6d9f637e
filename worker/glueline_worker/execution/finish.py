"""The last unit of a run: commit the run to the sinks, or remove what a stopped run left."""

from glueline.contract.runs import RunState
from glueline.ledger.results import RunResults
from glueline_worker.execution import run_commit
from glueline_worker.execution.circumstances import (
    Circumstances,
    ensure_source,
    fix_circumstances,
    make_default_circumstances,
    read_circumstances,
    select_sinks,
)
from glueline_worker.execution.claimed_unit import ClaimedUnit
from glueline_worker.execution.observer import report_run_end
from glueline_worker.execution.retry import ClaimLost
from glueline_worker.observe import tracing


async def finish_run(claimed: ClaimedUnit) -> None:
    """Commit a run that came to its end; clean up after one that was stopped."""
    if claimed.result.state is not RunState.RUNNING:
        await _clean_up(claimed)
        await _end_in_ledger(claimed, None)
        await _report_stopped_run(claimed)
        return
    calls, ledger = claimed.services.calls, claimed.services.ledger
    status = await claimed.get_status()
    if status is None:
        raise ClaimLost
    results = await ledger(calls.results(claimed.unit.run_id))
    if results.problem:
        await _clean_up(claimed)
        await _end_in_ledger(claimed, RunState.FAILED, reason=results.problem)
        report_run_end(RunState.FAILED, results.problem)
        return
    circumstances = await _fix_circumstances(claimed, results)
    sinks = select_sinks(circumstances, claimed.services.sinks)
    run = claimed.make_run(circumstances)
    await claimed.confirm()
    done = await run_commit.commit_run(sinks, run, status, results)
    state = run_commit.decide_state(status, done)
    await ledger(
        calls.finish(
            claimed.claim,
            state,
            keep_ms=claimed.services.keep_ms,
            reason=run_commit.decide_reason(state, results.failures, done.problems),
            counts=done.counts,
            warnings=list(dict.fromkeys([*done.warnings, *done.problems])),
        )
    )
    tracing.set_run_state(state.value)
    report_run_end(state)


async def give_up_finish(claimed: ClaimedUnit, message: str) -> None:
    """End a run that could not be committed, or could not be cleaned up, because of ``message``."""
    if claimed.result.state is RunState.RUNNING:
        reason = f"the results could not be committed: {message}"
        await _end_in_ledger(claimed, RunState.FAILED, reason=reason)
        report_run_end(RunState.FAILED, reason)
    else:
        warning = f"{run_commit.NOT_CLEANED} and is yours to remove: {message}"
        await _end_in_ledger(claimed, None, warning=warning)
        await _report_stopped_run(claimed)


async def _report_stopped_run(claimed: ClaimedUnit) -> None:
    """Report the end of a run that was ended from outside, which no worker has reported yet."""
    status = await claimed.get_status()
    if status is not None:
        report_run_end(status.state, status.reason)


async def _end_in_ledger(
    claimed: ClaimedUnit, state: RunState | None, *, reason: str = "", warning: str = ""
) -> None:
    """End the run in the ledger; without ``state`` it keeps the one that it was stopped with."""
    await claimed.services.ledger(
        claimed.services.calls.finish(
            claimed.claim,
            state,
            keep_ms=claimed.services.keep_ms,
            reason=reason,
            warnings=[warning] if warning else [],
        )
    )


async def _clean_up(claimed: ClaimedUnit) -> None:
    sinks, circumstances = claimed.services.sinks, None
    if claimed.result.circumstances:
        circumstances = read_circumstances(claimed.result)
        sinks = select_sinks(circumstances, sinks)
    run = claimed.make_run(circumstances)
    await run_commit.abort_run(sinks, run, replayed=claimed.result.replayed)


async def _fix_circumstances(claimed: ClaimedUnit, results: RunResults) -> Circumstances:
    """Return the run's circumstances, also of a run whose units an older version read."""
    services, source = claimed.services, claimed.unit.source
    if not claimed.result.circumstances and (results.listings or results.receipts):
        ensure_source(source, services.settings)
        connection = await services.sources.connect(source)
        claimed.result = await fix_circumstances(
            services, claimed.claim, claimed.result, connection
        )
    if claimed.result.circumstances:
        return read_circumstances(claimed.result)
    # No unit fixed them, so nothing was written and nothing is gone.
    return make_default_circumstances(source, services)
