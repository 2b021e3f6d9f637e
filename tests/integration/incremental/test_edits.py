"""Whatever is edited and whatever fails, an incremental run ends where a full one would."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.integration.incremental.inline import Inline
from tests.integration.incremental.world import DATABASES, World, lines_of, rows_of

from glueline.contract.messages import Options
from glueline.contract.runs import RunState
from glueline_simulator import Simulator

Start = Callable[..., Any]
ALL = Options(partitions="all", max_deletion_share=1.0)


def contents(url: str, run_id: str) -> dict[str, Any]:
    if url.startswith("file:"):
        return lines_of(Path(url.removeprefix("file://").partition("?")[0]), run_id)
    return rows_of(url)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "file"])
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
async def test_any_edits_and_failures_leave_what_a_full_run_leaves(
    seed: int, url: Start, inline: Start, simulator: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = Random(seed)
    sim: Simulator = simulator(catalogue={"databases": {db: {} for db in DATABASES}})
    monkeypatch.setenv("AWS_ENDPOINT_URL", sim.url)
    world = World(sim, chance)
    for _ in range(12):
        world.edit()
    here = url("here")
    worker: Inline = await inline(here, chance=chance)
    kept = 0
    for turn in range(6):
        for _ in range(chance.randint(0, 4)):
            world.edit()
        world.trouble()
        worker.trouble = chance.choice((0.0, 0.1))
        cancel = chance.choice((None, None, 3))
        await worker.run(options=ALL, cancel_after=cancel)
        world.calm()
        worker.trouble = 0.0
        if turn % 2:
            last = await worker.run(options=ALL)
            assert last.state is RunState.SUCCEEDED
            kept += last.counts.get("unchanged_table", 0) + last.counts.get("unchanged_job", 0)
            there = url(f"there{turn}")
            fresh: Inline = await inline(there)
            full = await fresh.run(options=ALL)
            assert contents(here, last.run_id) == contents(there, full.run_id)
            kinds = ("database", "table", "job", "lineage", "partition", "partition_summary")
            assert {k: last.counts.get(k) for k in kinds} == {k: full.counts.get(k) for k in kinds}
    assert kept
