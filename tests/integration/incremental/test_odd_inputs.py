"""Jobs that read tables of any name are remembered, and with them what they read."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.integration.incremental.inline import Inline

from glueline.contract.runs import RunState

Start = Callable[..., Any]
READ = ["nul\0byte", "\0", "%00", "two words", "a%2Fb", "caf\u00e9"]


@pytest.mark.parametrize("kind", ["sqlite", "file", "postgresql"])
async def test_a_job_that_reads_oddly_named_tables_is_kept(
    simulator: Start, url: Start, inline: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = [f"spark.table({f'sales.{name}'!r}).write.parquet('s3://lake/x')" for name in READ]
    jobs = {f"j{n}": {"script": script} for n, script in enumerate(scripts)}
    sim = simulator(catalogue={"databases": {"sales": {}}, "jobs": jobs})
    monkeypatch.setenv("AWS_ENDPOINT_URL", sim.url)
    worker: Inline = await inline(url("out"))
    first, second = await worker.run(), await worker.run()
    assert (first.state, second.state) == (RunState.SUCCEEDED, RunState.SUCCEEDED)
    assert first.counts["lineage"] == second.counts["lineage"] == len(READ)
    assert second.counts["unchanged_job"] == len(READ)
