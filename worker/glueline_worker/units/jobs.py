"""``jobs``: a unit for each job that is new or changed."""

from collections.abc import Iterable

from glueline.contract.messages import JobsUnit, JobUnit
from glueline_worker.units.context import UnitContext
from glueline_worker.units.unchanged import keep_unchanged


async def extract_jobs(unit: JobsUnit, context: UnitContext) -> None:
    """List the jobs. A definition can hold secrets, so it never travels in a message."""
    wanted = context.run.request.filters.jobs
    if wanted.exact_names is not None:
        # Unlike databases, jobs keep their case, so only the globs as written will do.
        names = [name for name in wanted.allow if wanted.admits(name)]
        await context.open_units(_jobs(unit, names))
        return
    opening = _open_changed if await context.writing.is_incremental() else _open_all
    if await opening(unit, context):
        context.listings.append(unit.unit_id)


async def _open_all(unit: JobsUnit, context: UnitContext) -> bool:
    """Open a unit for each job; whether the listing was complete."""
    wanted, is_complete = context.run.request.filters.jobs, True
    async for page in context.glue.job_names():
        is_complete = is_complete and not page.nulls
        names = [str(name) for name in page.items if name]
        await context.open_units(_jobs(unit, filter(wanted.admits, names)))
    return is_complete


async def _open_changed(unit: JobsUnit, context: UnitContext) -> bool:
    """Open a unit for each job that changed; whether the listing was complete.

    What is kept here and what is opened settles in one step, so that no job is both.
    """
    wanted, is_complete = context.run.request.filters.jobs, True
    async for page in context.glue.jobs():
        is_complete = is_complete and not page.nulls
        named = {str(job.get("Name") or ""): job for job in page.items}
        jobs = {name: job for name, job in named.items() if name and wanted.admits(name)}
        kept = await keep_unchanged(jobs, unit, context)
        context.children += _jobs(unit, jobs.keys() - kept)
        if context.options.lineage:
            context.listings += [job.unit_id for job in _jobs(unit, kept)]
    return is_complete


def _jobs(unit: JobsUnit, names: Iterable[str]) -> list[JobUnit]:
    return [JobUnit(run_id=unit.run_id, source=unit.source, job=name) for name in names]
