"""``jobs``: a unit for each job that is new or changed."""

from collections.abc import Iterable

from glueline.contract.messages import JobsUnit, JobUnit
from glueline_worker.units.context import UnitContext
from glueline_worker.units.unchanged import mark_unchanged_jobs


async def extract_jobs(unit: JobsUnit, context: UnitContext) -> None:
    """List the jobs, and open a unit for each that may have changed.

    A definition can hold secrets, so it never travels in a message.
    """
    wanted = context.run.request.filters.jobs
    if wanted.exact_names is not None:
        # Unlike databases, jobs keep their case: the globs are taken as they are written.
        names = [name for name in wanted.allow if wanted.admits(name)]
        await context.open_units(_make_units(unit, names))
        return
    open_jobs = _open_changed_jobs if await context.writing.is_incremental() else _open_all_jobs
    if await open_jobs(unit, context):
        context.listings.append(unit.unit_id)


async def _open_all_jobs(unit: JobsUnit, context: UnitContext) -> bool:
    """Open a unit for each job; tell whether the listing was complete."""
    wanted, is_complete = context.run.request.filters.jobs, True
    async for page in context.glue.list_job_names():
        is_complete = is_complete and not page.nulls
        names = [str(name) for name in page.items if name]
        await context.open_units(_make_units(unit, filter(wanted.admits, names)))
    return is_complete


async def _open_changed_jobs(unit: JobsUnit, context: UnitContext) -> bool:
    """Open a unit for each job that changed; tell whether the listing was complete.

    Unchanged jobs and the units of the others settle in one step, so that no job is both.
    """
    wanted, is_complete = context.run.request.filters.jobs, True
    async for page in context.glue.list_jobs():
        is_complete = is_complete and not page.nulls
        by_name = {str(job.get("Name") or ""): job for job in page.items}
        jobs = {name: job for name, job in by_name.items() if name and wanted.admits(name)}
        unchanged = await mark_unchanged_jobs(jobs, unit, context)
        context.children += _make_units(unit, jobs.keys() - unchanged)
        if context.options.lineage:
            context.listings += [job.unit_id for job in _make_units(unit, unchanged)]
    return is_complete


def _make_units(unit: JobsUnit, names: Iterable[str]) -> list[JobUnit]:
    return [JobUnit(run_id=unit.run_id, source=unit.source, job=name) for name in names]
