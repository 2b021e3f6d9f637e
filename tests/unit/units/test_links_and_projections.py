"""Units that meet databases which are links, and partitions that nobody stored."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.units.endpoint import RUN, Pile

from glueline.contract.filters import Filters, Globs
from glueline.contract.messages import (
    DatabasesUnit,
    DatabaseUnit,
    ExtractionRequest,
    Options,
    PartitionsUnit,
)
from glueline.contract.records import LineageRecord, Record
from glueline.settings.sources import Role, Source
from glueline.settings.worker import WorkerSettings
from glueline_worker.aws.errors import AwsDenied, AwsNotFound
from glueline_worker.sinks.model import Part
from glueline_worker.units.context import UnitContext
from glueline_worker.units.database import extract_database
from glueline_worker.units.databases import extract_databases
from glueline_worker.units.partitions import extract_partitions

CONSUMER, OWNER = "123456789012", "210987654321"
LINK = {
    "Name": "shared",
    "CatalogId": CONSUMER,
    "TargetDatabase": {"CatalogId": OWNER, "DatabaseName": "sales"},
}
READER = Source(roles=(Role(arn=f"arn:aws:iam::{OWNER}:role/reader"),), region="eu-west-1")


class Everything(Pile):
    """Keeps edges too."""

    async def write_parts(self, kind: str, parts: Sequence[Part]) -> None:
        self.records += [record for part in parts for record in part.records]


def context_of(answers: Mapping[str, Any], pile: Pile | None = None, **more: Any) -> UnitContext:
    """A context whose AWS answers each operation with a value, or raises it."""

    async def call(service: str, operation: str, **given: Any) -> Any:
        answer = answers[operation]
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    async def nothing(*_: Any) -> None:
        return None

    connection = SimpleNamespace(
        call=call, region="eu-west-1", account=CONSUMER, catalog_id=CONSUMER, source=Source()
    )
    request = {key: more.pop(key) for key in ("options", "filters") if key in more}
    return UnitContext(
        run=SimpleNamespace(
            run_id=RUN, source="default", request=ExtractionRequest(**request), place=None
        ),
        connection=connection,
        settings=WorkerSettings(),
        last_attempt=False,
        writing=pile or Everything(),
        ensure_claim=nothing,
        open_units=nothing,
        **more,
    )


def unit(kind: type, **fields: str) -> Any:
    return kind(run_id=RUN, source="default", **fields)


async def links_listed(link: Mapping[str, Any], **sources: Source) -> list[str]:
    context = context_of({"GetDatabases": {"DatabaseList": [link]}}, sources=sources)
    await extract_databases(unit(DatabasesUnit), context)
    return context.warnings


async def test_a_link_whose_owner_no_source_reads_is_a_warning():
    (warning,) = await links_listed(LINK)
    assert "database shared is a resource link to database sales of 210987654321" in warning
    assert await links_listed(LINK, mine=Source())  # the worker's own credentials
    assert await links_listed(LINK, far=READER.model_copy(update={"region": "us-east-1"}))
    assert await links_listed(LINK, main=Source(catalog_id=CONSUMER))


@pytest.mark.parametrize(
    "source", [READER, Source(catalog_id=OWNER), Source(profile="may-be-the-owner")]
)
async def test_a_link_whose_owner_may_be_read_is_none(source: Source):
    assert await links_listed(LINK, producer=source) == []


async def test_a_link_within_the_catalogue_is_no_warning():
    assert await links_listed({"Name": "a", "TargetDatabase": {"DatabaseName": "b"}}) == []


BY_NAME = Filters(databases=Globs(allow=("shared",)))


async def test_a_link_that_dangles_says_so():
    answers = {"GetDatabase": {"Database": LINK}, "GetTables": AwsNotFound("no", code="E")}
    with pytest.raises(AwsNotFound, match=r"resource link that dangles.*sales of 210987654321"):
        await extract_database(
            unit(DatabaseUnit, database="shared"), context_of(answers, filters=BY_NAME)
        )


async def test_a_database_that_is_no_link_and_not_there_is_as_before():
    missing = AwsNotFound("Database shared not found", code="E")
    with pytest.raises(AwsNotFound, match=r"^Database shared not found$"):
        await extract_database(
            unit(DatabaseUnit, database="shared"),
            context_of({"GetDatabase": missing}, filters=BY_NAME),
        )


async def test_a_view_that_is_read_through_a_link_is_the_owners():
    view = {
        "Name": "v",
        "DatabaseName": "sales",
        "CatalogId": OWNER,
        "TableType": "VIRTUAL_VIEW",
        "StorageDescriptor": {"Columns": [{"Name": "key", "Type": "int"}]},
        "ViewOriginalText": "SELECT * FROM sales.orders",
        "ViewExpandedText": "SELECT * FROM sales.orders",
    }
    orders = {"Name": "orders", "StorageDescriptor": {"Columns": [{"Name": "id", "Type": "int"}]}}
    answers = {
        "GetDatabase": {"Database": LINK},
        "GetTables": {"TableList": [view]},
        "GetTable": {"Table": orders},
    }
    pile = Everything()
    await extract_database(
        unit(DatabaseUnit, database="shared"), context_of(answers, pile, filters=BY_NAME)
    )
    (edge,) = [record for record in pile.records if isinstance(record, LineageRecord)]
    assert edge.process == "view/shared/v"  # found in this listing
    assert {edge.upstream.namespace, edge.downstream.namespace} == {
        f"arn:aws:glue:eu-west-1:{OWNER}"
    }
    assert (edge.upstream.name, edge.downstream.name) == ("table/sales/orders", "table/sales/v")
    assert [(of.upstream, of.downstream) for of in edge.columns] == [("id", "key")]


async def counted(
    table: Any, partitions: Sequence[Any] = (), mode: str = "count"
) -> tuple[list[Record], UnitContext]:
    pile = Everything()
    answers = {"GetPartitions": {"Partitions": list(partitions)}, "GetTable": table}
    options = Options(partitions=mode)
    context = context_of(answers, pile, options=options)
    await extract_partitions(unit(PartitionsUnit, database="lake", table="t"), context)
    return pile.records, context


def with_parameters(**parameters: str) -> dict[str, Any]:
    return {"Table": {"Name": "t", "Parameters": parameters}}


PROJECTED = {"projection.enabled": "TRUE"}


@pytest.mark.parametrize("mode", ["count", "all"])
async def test_projected_partitions_are_not_counted_as_none(mode: str):
    records, context = await counted(with_parameters(**PROJECTED), mode=mode)
    assert records == []
    (warning,) = context.warnings
    assert "table lake.t has projected partitions, which are not in the catalogue" in warning
    assert context.listings == ["partitions/lake/t"]


async def test_partitions_that_are_in_the_catalogue_count_though_others_are_projected():
    records, context = await counted(with_parameters(**PROJECTED), [{"Values": ["1"]}])
    assert [record.count for record in records] == [1]
    assert context.warnings == []


@pytest.mark.parametrize(
    ("table", "warnings"),
    [
        (with_parameters(**{"projection.enabled": "false"}), 0),
        (with_parameters(), 0),
        (AwsDenied("GetTable is not allowed", code="AccessDenied"), 1),
    ],
)
async def test_a_table_without_partitions_has_none(table: Any, warnings: int):
    records, context = await counted(table)
    assert [record.count for record in records] == [0]
    assert len(context.warnings) == warnings
