"""A view that was not understood: what is known of its lineage stays until it is read again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.integration.incremental.inline import Inline
from tests.unit.sinks.places import Rows

from glueline.contract.messages import TableScope
from glueline.contract.runs import RunState
from glueline_simulator import Simulator

Start = Callable[..., Any]
NO_FORM = "/* Presto View: no-base64 */"


def view(sql: str = "SELECT id FROM orders", **more: Any) -> dict[str, Any]:
    return {"columns": {"id": "bigint"}, "type": "VIRTUAL_VIEW", "view": {"spark": sql}, **more}


UNREAD: dict[str, dict[str, Any]] = {
    "broken": view("SELECT FROM WHERE id orders ("),
    "partly": view("SELECT id FROM (SELECT id FROM other"),
    "prose": view("ask the finance team"),
    "hidden": {"type": "VIRTUAL_VIEW", "columns": {"id": "bigint"}},
    "encoded": view(raw={"ViewOriginalText": NO_FORM}),
}
READ = {"nothing": view("SELECT 1 AS id"), "table": {"columns": {"id": "bigint"}}}


@pytest.fixture
def sim(simulator: Start, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    tables = {"orders": {"columns": {"id": "bigint"}}} | {
        name: view() for name in (*UNREAD, *READ, "gone")
    }
    started: Simulator = simulator(catalogue={"databases": {"shop": {"tables": tables}}})
    monkeypatch.setenv("AWS_ENDPOINT_URL", started.url)
    return started


def edges(here: str) -> set[tuple[str, str]]:
    rows = Rows(here)("SELECT process, upstream_name FROM lineage WHERE deleted_at IS NULL")
    return {
        (str(process).removeprefix("view/shop/"), str(name).rpartition("/")[2])
        for process, name in rows
    }


def manifests(here: str) -> list[dict[str, Any]]:
    root = Path(here.removeprefix("file://").partition("?")[0])
    found = [json.loads(path.read_text()) for path in root.glob("runs/*.json")]
    return sorted(found, key=lambda manifest: manifest["generation"])


def stay(*names: str) -> set[tuple[str, str]]:
    return {(name, "orders") for name in names}


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_only_views_that_were_understood_lose_edges(
    sim: Simulator, url: Start, inline: Start
) -> None:
    here = url("out")
    worker: Inline = await inline(here)
    await worker.run()
    assert edges(here) == stay(*UNREAD, *READ, "gone")
    for name, definition in (UNREAD | READ).items():
        sim.add_table("shop", name, **definition)
    sim.delete_table("shop", "gone")
    for _ in range(2):  # and none of them is taken for unchanged after that
        run = await worker.run()
        assert run.state is RunState.SUCCEEDED
        assert edges(here) - {("partly", "other")} == stay(*UNREAD)
    assert (await worker.run(scope=TableScope(database="shop", name="prose"))).counts[
        "deleted"
    ] == 0
    assert edges(here) >= stay(*UNREAD)
    for name in UNREAD:
        sim.add_table("shop", name, **view("SELECT id FROM returns"))
    await worker.run()
    assert edges(here) == {(name, "returns") for name in UNREAD}
    assert (await worker.run()).counts["unchanged_table"] == len(UNREAD | READ) + 1


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_table_that_may_not_be_looked_up_takes_no_edge(
    sim: Simulator, url: Start, inline: Start
) -> None:
    here = url("out")
    sim.add_table("shop", "far", **view("SELECT id FROM hive.shop.orders"))
    worker: Inline = await inline(here)
    await worker.run()
    assert ("far", "orders") in edges(here)
    sim.configure(deny=["GetTable"])
    await worker.run()
    assert {edge for edge in edges(here) if edge[0] == "far"} == stay("far")
    sim.configure(deny=[])
    sim.delete_table("shop", "orders")
    await worker.run()
    assert ("far", "shop.orders") in edges(here)
    assert ("far", "orders") not in edges(here)


@pytest.mark.parametrize("kind", ["file"])
async def test_a_manifest_names_the_views_that_were_not_read(
    sim: Simulator, url: Start, inline: Start
) -> None:
    here = url("out")
    worker: Inline = await inline(here)
    await worker.run()
    for name, definition in (UNREAD | READ).items():
        sim.add_table("shop", name, **definition)
    await worker.run()
    found = manifests(here)
    assert [manifest["unread"] for manifest in found] == [
        [],
        sorted(f"view/shop/{name}" for name in UNREAD),
    ]
    assert "database/shop" in found[1]["listings"]
    assert not [name for name in found[1]["listings"] if "unread" in name]
