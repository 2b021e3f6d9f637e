"""``jobs``: a unit for each job."""

from glueline.contract.messages import JobsUnit, JobUnit
from glueline_worker.units.context import UnitContext


async def extract_jobs(unit: JobsUnit, context: UnitContext) -> None:
    """List the jobs' names. A definition can hold secrets, so it never travels in a message."""
    wanted = context.run.request.filters.jobs
    if wanted.exact_names is not None:
        # Unlike databases, jobs keep their case, so only the globs as written will do.
        await context.open_units([_job(unit, name) for name in wanted.allow if wanted.admits(name)])
        return
    async for page in context.glue.job_names():
        names = [str(name) for name in page.items if name]
        await context.open_units([_job(unit, name) for name in names if wanted.admits(name)])
    context.listings.append(unit.unit_id)


def _job(unit: JobsUnit, name: str) -> JobUnit:
    return JobUnit(run_id=unit.run_id, source=unit.source, job=name)
