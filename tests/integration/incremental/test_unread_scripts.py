"""A script that was not read as what it is: what is known of its lineage stays, and the run says so."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.integration.incremental.inline import Inline
from tests.unit.sinks.places import Rows

from glueline.contract.messages import JobScope
from glueline.contract.runs import RunState
from glueline_simulator import Simulator
from glueline_worker.lineage import job as job_lineage

Start = Callable[..., Any]
COPY = 'spark.read.parquet("s3://lake/a").write.parquet("s3://lake/{}")\n'
LONG = "".join(f"x.append({n})\n" for n in range(6_000))
UNREAD: dict[str, tuple[dict[str, Any], str]] = {
    "broken": ({"script": "def broken(:\n  pass\n"}, "does not parse as Python"),
    "empty": ({"script": " \n"}, "the script is empty"),
    "html": ({"script": "<!DOCTYPE html>\n<html></html>"}, "an HTML page"),
    "sql": ({"script": "-- x\nINSERT INTO a.b SELECT * FROM c.d;\n"}, "the script is SQL"),
    "lfs": ({"script": "version https://git-lfs.github.com/spec/v1\n"}, "a pointer of Git LFS"),
    "query": ({"script": 'spark.sql("FETCHING INTO a.b FROM c.d")'}, "no SQL statement"),
    "limit": ({"script": f"x = []\n{LONG}"}, "items"),
    "pipeline": (
        {
            "script": "x = 1",
            "arguments": {"--enable-spark-declarative-pipeline": "true"},
            "script_location": "s3://scripts/flow.zip",
        },
        "Spark Declarative Pipeline",
    ),
    "folder": ({"script_location": "s3://scripts/flows/"}, "names a folder"),
    "archive": ({"script_location": "s3://scripts/gone.zip"}, "may name an archive"),
    "settings": ({"script": "[flow]\ncatalog = lake\n"}, "is it a script?"),
    "yaml": (
        {
            "script": "name: flow\nstorage: s3://a/b\n",
            "script_location": "s3://scripts/y.scala",
            "arguments": {"--job-language": "scala"},
        },
        "is it a script?",
    ),
    "prefix": ({"script_location": "s3://scripts/flow"}, "may name a folder"),
}


@pytest.fixture
def sim(simulator: Start, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    jobs = {name: {"script": COPY.format(name)} for name in UNREAD}
    started: Simulator = simulator(catalogue={"databases": {}, "jobs": jobs})
    monkeypatch.setenv("AWS_ENDPOINT_URL", started.url)
    return started


def edges(here: str) -> dict[str, str]:
    """The target of each job's live edge."""
    rows = Rows(here)("SELECT process, downstream_name FROM lineage WHERE deleted_at IS NULL")
    return {str(process).removeprefix("job/"): str(name) for process, name in rows}


def told(here: str) -> dict[str, str]:
    return {str(n): str(record) for n, record in Rows(here)("SELECT name, record FROM jobs")}


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_only_what_was_read_completely_deletes(
    sim: Simulator, url: Start, inline: Start
) -> None:
    here = url("out")
    worker: Inline = await inline(here)
    await worker.run()
    known = {name: name for name in UNREAD}
    assert edges(here) == known
    for name, (definition, _) in UNREAD.items():
        sim.add_job(name, **definition)
    for _ in range(2):  # and none of them is taken for unchanged after that
        run = await worker.run()
        assert run.state is RunState.SUCCEEDED
        assert edges(here) == known
        assert "unchanged_job" not in run.counts
    warnings = told(here)
    assert {n: why for n, (_, why) in UNREAD.items() if why not in warnings[n]} == {}
    for name in UNREAD:
        sim.add_job(
            name, script=COPY.format("elsewhere"), script_location=f"s3://scripts/{name}.py"
        )
    assert (await worker.run()).counts["deleted"] == len(UNREAD)
    assert edges(here) == dict.fromkeys(UNREAD, "elsewhere")
    assert (await worker.run()).counts["unchanged_job"] == len(UNREAD)


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_reader_that_fails_fails_the_unit_and_the_job_is_written(
    sim: Simulator, url: Start, inline: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = url("out")
    worker: Inline = await inline(here)
    await worker.run()
    with monkeypatch.context() as patch:
        patch.setattr(job_lineage, "read_script", _fail)
        sim.add_job("html", script=COPY.format("elsewhere"), description="as it is now")
        run = await worker.run()
    assert run.state is RunState.PARTIAL
    assert run.failed_units == 1
    assert edges(here)["html"] == "html"
    [(description,)] = Rows(here)("SELECT description FROM jobs WHERE name = 'html'")
    assert description == "as it is now"
    assert "the script could not be read: SystemError" in told(here)["html"]
    assert (await worker.run(scope=JobScope(name="html"))).state is RunState.SUCCEEDED
    assert edges(here)["html"] == "elsewhere"


def _fail(*_: Any) -> Any:
    raise SystemError("AST constructor recursion depth mismatch")
