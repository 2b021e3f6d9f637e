"""The columns of tables are asked for with few calls, and each once."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.units.endpoint import RUN

from glueline.contract.messages import ExtractionRequest
from glueline.settings.sources import Source
from glueline.settings.worker import WorkerSettings
from glueline_worker.aws.errors import AwsDenied, AwsNotFound, AwsTransient
from glueline_worker.catalog.listed import ListedTable
from glueline_worker.lineage import schemas
from glueline_worker.units import table_columns
from glueline_worker.units.context import UnitContext
from glueline_worker.units.table_columns import (
    look_up_tables,
    prefetch_columns,
    remember_listed_tables,
    warn_of_limit,
)

HERE = "123456789012"


class Catalogue:
    """GetTable and GetTables over tables by ``database/table``, with the calls that were made."""

    def __init__(self, *names: str, is_deaf: bool = False) -> None:
        self.tables: dict[str, Any] = {name: make_table(name) for name in names}
        self.calls: list[str] = []
        self.is_deaf = is_deaf
        """True for an endpoint that does not know expressions."""

    async def call(self, service: str, operation: str, **given: Any) -> dict[str, Any]:
        database = given["DatabaseName"]
        self.calls.append(f"{operation} {database}/{given.get('Name', '')}".rstrip("/"))
        if operation == "GetTables":
            assert len(given["Expression"]) <= 2048
            wanted = given["Expression"].split("|")
            rows = [
                table
                for name, table in self.tables.items()
                if name.startswith(f"{database}/") and (self.is_deaf or table["Name"] in wanted)
            ]
            return {"TableList": rows}
        found = self.tables.get(f"{database}/{given['Name']}", AwsNotFound("no", code="E"))
        if isinstance(found, Exception):
            raise found
        return {"Table": found}


def make_table(name: str, columns: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
    listed = [{"Name": key, "Type": of} for key, of in (columns or {"id": "int"}).items()]
    return {
        "Name": name.partition("/")[2],
        "StorageDescriptor": {"Columns": listed},
        "PartitionKeys": [{"Name": "day", "Type": "date"}],
        **more,
    }


def context_of(catalogue: Catalogue, *, last_attempt: bool = False) -> UnitContext:
    connection: Any = SimpleNamespace(
        call=catalogue.call, region="eu-west-1", account=HERE, catalog_id=HERE, source=Source()
    )
    run: Any = SimpleNamespace(
        run_id=RUN, source="default", request=ExtractionRequest(), place=None
    )
    nothing: Any = None
    return UnitContext(
        run=run,
        connection=connection,
        settings=WorkerSettings(),
        last_attempt=last_attempt,
        writing=nothing,
        ensure_claim=nothing,
        open_units=nothing,
    )


async def test_many_tables_of_a_database_take_one_call() -> None:
    names = [f"sales/t{number}" for number in range(30)]
    catalogue = Catalogue(*names, "hr/people")
    context = context_of(catalogue)
    found = await look_up_tables([*names, "hr/people"], context)
    assert all(list(found.schemas[name][""]) == ["id", "day"] for name in names)
    assert sorted(catalogue.calls) == ["GetTable hr/people", "GetTables sales"]
    await look_up_tables(names, context)
    assert len(catalogue.calls) == 2


async def test_long_and_many_names_are_split_into_calls_that_glue_takes() -> None:
    names = [f"sales/{'n' * 200}{number}" for number in range(30)]
    names += [f"sales/t{number}" for number in range(90)]
    catalogue = Catalogue(*names)
    found = await look_up_tables(names, context_of(catalogue))
    assert all(found.schemas.values())
    assert set(catalogue.calls) == {"GetTables sales"}


async def test_a_table_that_does_not_exist_is_known_to_have_no_columns() -> None:
    catalogue = Catalogue("sales/a", "sales/b")
    context = context_of(catalogue)
    for _ in range(2):
        found = await look_up_tables(["sales/a", "sales/b", "sales/gone"], context)
        assert found.schemas["sales/gone"] == {}
        assert not found.unknown
    assert catalogue.calls == ["GetTables sales", "GetTable sales/gone"]


async def test_a_table_that_may_not_be_read_is_a_warning() -> None:
    catalogue = Catalogue()
    catalogue.tables["sales/secret"] = AwsDenied("not allowed", code="AccessDenied")
    context = context_of(catalogue)
    found = await look_up_tables(["sales/secret"], context)
    assert found == ({"sales/secret": {}}, frozenset({"sales/secret"}))
    assert context.warnings == ["the columns of sales.secret could not be read: not allowed"]


async def test_a_failure_that_may_pass_ends_the_attempt_but_not_the_last_one() -> None:
    catalogue = Catalogue()
    catalogue.tables["sales/t"] = AwsTransient("try again")
    with pytest.raises(AwsTransient):
        await look_up_tables(["sales/t"], context_of(catalogue))
    found = await look_up_tables(["sales/t"], context_of(catalogue, last_attempt=True))
    assert found.schemas == {}


async def test_tables_of_a_listing_cost_no_call() -> None:
    catalogue = Catalogue()
    context = context_of(catalogue)
    listed = [
        make_table("Sales/Orders", {"Id": "int", "ship": "struct<city:string,geo:struct<x:int>>"}),
        make_table("sales/link", {}, TargetTable={"DatabaseName": "sales", "Name": "orders"}),
        {"Name": None},
        {},
    ]
    listed[1]["StorageDescriptor"] = None
    remember_listed_tables(list(map(ListedTable, listed)), "Sales", context)
    found = await look_up_tables(["sales/orders"], context)
    assert {path: [*names] for path, names in found.schemas["sales/orders"].items()} == {
        "": ["Id", "ship", "day"],
        "ship": ["city", "geo"],
        "ship/geo": ["x"],
    }
    assert catalogue.calls == []


async def test_a_resource_link_has_the_columns_of_its_target() -> None:
    catalogue = Catalogue("sales/orders")
    target = {"CatalogId": HERE, "DatabaseName": "sales", "Name": "orders"}
    for name, at in {"mine": target, "theirs": {**target, "CatalogId": "210987654321"}}.items():
        catalogue.tables[f"hr/{name}"] = {"Name": name, "TargetTable": at}
    catalogue.tables["hr/loop"] = {
        "Name": "loop",
        "TargetTable": {"DatabaseName": "hr", "Name": "loop"},
    }
    context = context_of(catalogue)
    found = await look_up_tables(["hr/mine", "hr/theirs", "hr/loop"], context)
    assert [*found.schemas["hr/mine"][""]] == ["id", "day"]
    assert (found.schemas["hr/theirs"], found.schemas["hr/loop"]) == ({}, {})


async def test_an_endpoint_that_ignores_expressions_is_not_listed_to_its_end() -> None:
    catalogue = Catalogue(*(f"sales/t{number}" for number in range(5)), is_deaf=True)
    found = await look_up_tables(["sales/t0", "sales/t3"], context_of(catalogue))
    assert all(found.schemas.values())
    assert catalogue.calls == ["GetTables sales", "GetTable sales/t3"]


async def test_names_that_are_no_plain_words_are_asked_for_one_by_one() -> None:
    catalogue = Catalogue("sales/a.b", "sales/c|d", "sales/plain")
    await prefetch_columns(
        ["sales/a.b", "sales/c|d", "sales/plain"], context := context_of(catalogue)
    )
    assert catalogue.calls == ["GetTables sales"]
    found = await look_up_tables(["sales/a.b", "sales/c|d"], context)
    assert all(found.schemas.values())


async def test_columns_that_are_too_many_for_one_reading_are_left_out_with_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table_columns, "MOST_NAMES_A_READING", 50_000)
    catalogue = Catalogue()
    wide = {f"column_{number}": "int" for number in range(30_000)}
    for number in range(3):
        catalogue.tables[f"sales/wide{number}"] = make_table(f"sales/wide{number}", wide)
    context = context_of(catalogue)
    found = await look_up_tables([f"sales/wide{number}" for number in range(3)], context)
    assert [bool(schema) for schema in found.schemas.values()] == [True, False, False]
    assert context.warnings == [
        "the columns of 2 of 3 tables are left out: together they are more than 50,000"
    ]


def test_a_table_beyond_all_bounds_has_no_columns() -> None:
    wide = {f"column_{number}": "int" for number in range(schemas.MOST_NAMES + 1)}
    assert table_columns.read_table_schema(make_table("db/t", wide)) == {}


def test_tables_beyond_the_limit_are_counted_in_a_warning() -> None:
    context = context_of(Catalogue())
    warn_of_limit(table_columns.MOST_TABLES, "job daily", context)
    assert context.warnings == []
    warn_of_limit(table_columns.MOST_TABLES + 1_234, "job daily", context)
    assert context.warnings == [
        "job daily uses 1,434 tables; the columns of 1,234 of them are not asked for"
    ]
