"""One attempt at a unit: read it, write its records, settle it in the ledger."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from glueline.contract.errors import GluelineError, Retryable
from glueline.contract.filters import Filters
from glueline.contract.messages import FinishUnit
from glueline.ledger.commands import Settlement
from glueline_worker.aws.calls import call_counts
from glueline_worker.aws.errors import AwsExpired
from glueline_worker.execution.circumstances import (
    ensure_place,
    ensure_source,
    fix_circumstances,
    read_circumstances,
    select_sinks,
)
from glueline_worker.execution.claimed_unit import ClaimedUnit
from glueline_worker.execution.failures import handle_failure
from glueline_worker.execution.finish import finish_run
from glueline_worker.execution.retry import AttemptsExhausted
from glueline_worker.execution.run_commit import encode_unread
from glueline_worker.execution.source_filters import ensure_in_filters
from glueline_worker.sinks.fan_out import FanOutWriter
from glueline_worker.units.context import UnitContext
from glueline_worker.units.database import extract_database
from glueline_worker.units.databases import extract_databases
from glueline_worker.units.job import extract_job
from glueline_worker.units.jobs import extract_jobs
from glueline_worker.units.partitions import extract_partitions
from glueline_worker.units.tables import extract_table

UNIT_HANDLERS: Mapping[str, Callable[[Any, UnitContext], Awaitable[None]]] = {
    "databases": extract_databases,
    "database": extract_database,
    "table": extract_table,
    "partitions": extract_partitions,
    "jobs": extract_jobs,
    "job": extract_job,
}


async def run_attempt(claimed: ClaimedUnit) -> None:
    """Do the unit's work and settle it; a failure is tried again later, or recorded."""
    timeout = claimed.services.settings.worker.unit_timeout
    try:
        async with asyncio.timeout(timeout) as limit:
            if claimed.result.outcome == "exhausted":
                raise AttemptsExhausted(claimed.result.attempts - 1)
            if isinstance(claimed.unit, FinishUnit):
                await finish_run(claimed)
            else:
                await _extract(claimed)
    except Exception as error:  # noqa: BLE001 - whatever comes, the unit ends in the ledger
        if isinstance(error, TimeoutError) and limit.expired():
            error = Retryable(f"the unit took longer than {timeout:g} s", code="timeout")
        elif not isinstance(error, GluelineError):
            claimed.observer.report_surprise(error)
        await handle_failure(claimed, error)
    else:
        claimed.observer.report_end()


async def _extract(claimed: ClaimedUnit) -> None:
    """Read the unit from AWS into the sinks of its run."""
    services, unit = claimed.services, claimed.unit
    counts: Counter[str] = Counter()
    call_counts.set(counts)
    ensure_source(unit.source, services.settings)
    if not claimed.result.circumstances:  # an impossible request must not fix them
        _ensure_in_filters(claimed, services.settings.source(unit.source).filters)
    connection = await services.sources.connect(unit.source)
    claimed.result = await fix_circumstances(services, claimed.claim, claimed.result, connection)
    circumstances = read_circumstances(claimed.result)
    ensure_place(unit.source, circumstances, connection)
    _ensure_in_filters(claimed, circumstances.filters)
    run = claimed.make_run(circumstances)
    writing = FanOutWriter(select_sinks(circumstances, services.sinks), run, unit.unit_id)
    context = UnitContext(
        run=run,
        connection=connection,
        settings=services.settings.worker,
        last_attempt=claimed.is_last_attempt,
        writing=writing,
        ensure_claim=claimed.ensure_claim,
        open_units=claimed.open_units,
        sources=services.settings.sources,
        column_cache=services.column_cache,
        module_cache=services.module_cache,
        counts=counts,
    )
    try:
        with services.commit_barrier.read() as began:
            await UNIT_HANDLERS[unit.kind](unit, context)
        if writing.shares_commit():
            await services.commit_barrier.wait(began)
        await claimed.confirm()
        receipt = await writing.complete()
    except AwsExpired:
        services.sources.refresh(connection)
        raise
    finally:
        await writing.discard()
    failure = None
    if context.failure is not None:
        claimed.observer.report_failure(context.failure)
        failure = claimed.make_failure(context.failure)
    await claimed.settle(
        Settlement(
            failure=failure,
            receipt=receipt,
            counts=counts,
            listings=[*context.listings, *encode_unread(context.unread)],
            warnings=context.warnings,
            children=context.children,
        ),
    )


def _ensure_in_filters(claimed: ClaimedUnit, filters: Filters) -> None:
    assert claimed.result.request is not None
    ensure_in_filters(claimed.result.request, filters)
