"""Jobs and their runs."""

from typing import Any

import orjson

from glueline_simulator.errors import not_found_error
from glueline_simulator.glue.context import GlueContext, render_page
from glueline_simulator.glue.paging import ListRows


def get_jobs(context: GlueContext) -> bytes:
    """Answer with a page of jobs."""
    return context.page("Jobs", context.account.jobs)


def list_jobs(context: GlueContext) -> bytes:
    """Answer with a page of the names of jobs that have the given tags."""
    jobs, tags = context.account.jobs, context.parameters.get("Tags")

    def keep(position: int) -> bool:
        return _has_tags(context, jobs.name(position) or "", tags or {})

    page, token = context.pager.page(context.call, jobs, keep if tags else None)
    return render_page("JobNames", (orjson.dumps(job["Name"]) for job in page), token)


def get_job(context: GlueContext) -> bytes:
    """Answer with one job."""
    return b'{"Job":%b}' % orjson.dumps(_find_job(context, context.parameters["JobName"]))


def batch_get_jobs(context: GlueContext) -> bytes:
    """Answer with several jobs by name, and the names of missing ones."""
    names: list[str] = context.parameters["JobNames"]
    found = {name: context.account.jobs.get(name) for name in names}
    jobs = [job for job in found.values() if job is not None]
    missing = [name for name, job in found.items() if job is None]
    return orjson.dumps({"Jobs": jobs, "JobsNotFound": missing})


def get_job_runs(context: GlueContext) -> bytes:
    """Answer with a page of the runs of a job, newest first."""
    return context.page("JobRuns", ListRows(_list_runs(context)))


def get_job_run(context: GlueContext) -> bytes:
    """Answer with one run of a job."""
    for run in _list_runs(context):
        if run.get("Id") == context.parameters["RunId"]:
            return b'{"JobRun":%b}' % orjson.dumps(run)
    raise not_found_error(f"Job Run {context.parameters['RunId']} not found.")


def _list_runs(context: GlueContext) -> list[dict[str, Any]]:
    account, name = context.account, context.parameters["JobName"]
    _find_job(context, name)
    if name in account.runs:
        return account.runs[name]
    return account.runs_of(name) if account.runs_of else []


def _find_job(context: GlueContext, name: str) -> dict[str, Any]:
    job = context.account.jobs.get(name)
    if job is None:
        raise not_found_error(f"Job {name} not found.")
    return job


def _has_tags(context: GlueContext, name: str, tags: dict[str, str]) -> bool:
    job_tags = context.account.tags.get(context.state.arn(context.account.id, f"job/{name}"), {})
    return tags.items() <= job_tags.items()
