"""Jobs and their runs."""

from typing import Any

import orjson

from glueline_simulator.errors import not_found
from glueline_simulator.glue.context import Context, page_of
from glueline_simulator.glue.paging import Rows


def get_jobs(context: Context) -> bytes:
    """A page of job definitions."""
    return context.page("Jobs", context.account.jobs)


def list_jobs(context: Context) -> bytes:
    """A page of job names, of jobs with the given tags only."""
    jobs, tags = context.account.jobs, context.given.get("Tags")

    def keep(position: int) -> bool:
        return _tagged(context, jobs.name(position) or "", tags or {})

    page, token = context.pager.page(context.call, jobs, keep if tags else None)
    return page_of("JobNames", (orjson.dumps(job["Name"]) for job in page), token)


def get_job(context: Context) -> bytes:
    """One job."""
    return b'{"Job":%b}' % orjson.dumps(_job(context, context.given["JobName"]))


def batch_get_jobs(context: Context) -> bytes:
    """Several jobs by name, and the names of those that are gone."""
    names: list[str] = context.given["JobNames"]
    found = {name: context.account.jobs.get(name) for name in names}
    jobs = [job for job in found.values() if job is not None]
    missing = [name for name, job in found.items() if job is None]
    return orjson.dumps({"Jobs": jobs, "JobsNotFound": missing})


def get_job_runs(context: Context) -> bytes:
    """A page of the runs of a job, newest first."""
    return context.page("JobRuns", Rows(_runs(context)))


def get_job_run(context: Context) -> bytes:
    """One run of a job."""
    for run in _runs(context):
        if run.get("Id") == context.given["RunId"]:
            return b'{"JobRun":%b}' % orjson.dumps(run)
    raise not_found(f"Job Run {context.given['RunId']} not found.")


def _runs(context: Context) -> list[dict[str, Any]]:
    account, name = context.account, context.given["JobName"]
    _job(context, name)
    if name in account.runs:
        return account.runs[name]
    return account.runs_of(name) if account.runs_of else []


def _job(context: Context, name: str) -> dict[str, Any]:
    job = context.account.jobs.get(name)
    if job is None:
        raise not_found(f"Job {name} not found.")
    return job


def _tagged(context: Context, name: str, tags: dict[str, str]) -> bool:
    held = context.account.tags.get(context.world.arn(context.account.id, f"job/{name}"), {})
    return tags.items() <= held.items()
