"""A table with long texts is read beside the loop, all others on it."""

import threading
from typing import Any

import pytest
from tests.unit.units.test_links_and_projections import Everything, context_of, unit

from glueline.contract.messages import DatabaseUnit
from glueline_worker.catalog.listed import ListedTable
from glueline_worker.units import tables


async def test_only_what_is_long_is_read_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: dict[str, bool] = {}
    make = tables.make_table_record

    def make_noting(answer: Any, *given: Any, **named: Any) -> Any:
        threads[answer["Name"]] = threading.current_thread() is threading.main_thread()
        return make(answer, *given, **named)

    monkeypatch.setattr(tables, "make_table_record", make_noting)
    long = "a" * tables.LONG_TABLE
    answers = [
        {"Name": "short", "Parameters": {"a": "b", "c": None}},
        {"Name": "odd", "Parameters": [long]},
        {"Name": "long", "Parameters": {"a": long}},
        {"Name": "view", "ViewOriginalText": long},
    ]
    pile = Everything()
    context = context_of({}, pile)
    await tables.write_tables(
        list(map(ListedTable, answers)), unit(DatabaseUnit, database="d"), context
    )
    assert threads == {"short": True, "odd": True, "long": False, "view": False}
    assert [record.name for record in pile.records] == ["short", "odd", "long", "view"]
