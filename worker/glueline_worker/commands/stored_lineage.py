"""The lineage that a SQL sink holds, joined across storage and resource links."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from glueline.contract.lineage import Dataset
from glueline.contract.records import CatalogLink
from glueline_worker.catalog.common_fields import label_of_link
from glueline_worker.lineage.links.databases import CatalogDatabase, DatabaseLinks
from glueline_worker.lineage.links.storage import StorageIndex
from glueline_worker.lineage.links.walk import Hop, LineageGraph
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming import name_catalog_table
from glueline_worker.sinks.sql.lineage_queries import (
    StoredDatabase,
    StoredEdge,
    StoredPartition,
    StoredTable,
    stored_databases,
    stored_edges,
    stored_partitions_elsewhere,
    stored_tables,
)
from glueline_worker.sinks.sql.sink import SqlSink


@dataclass(frozen=True)
class StoredLineage:
    """All hops, the tables that are known, and where the chain may be broken."""

    hops: LineageGraph
    tables: frozenset[Dataset]
    links: DatabaseLinks
    linked: dict[CatalogDatabase, CatalogLink]
    """What the databases that are links point at."""
    databases: frozenset[CatalogDatabase]
    """Those that are no links."""
    unplaced: dict[Dataset, str]
    """Tables whose data stands where the catalogue does not say, with their location."""

    def warnings(self, datasets: Iterable[Dataset]) -> list[str]:
        """Say of these datasets where a chain of lineage may end too early."""
        found: dict[str, None] = {}
        for dataset in datasets:
            if sentence := self._of_link(dataset) or self._of_place(dataset):
                found.setdefault(sentence)
        return list(found)

    def _of_link(self, dataset: Dataset) -> str | None:
        link = self.links.find_link(dataset)
        if link is None or self.links.find_end(link) in self.databases:
            return None
        return (
            f"database {link.name} is a resource link to {label_of_link(self.linked[link])}, which "
            "this sink does not hold: extract the owner's catalogue too, or look whether the "
            "link dangles"
        )

    def _of_place(self, dataset: Dataset) -> str | None:
        if dataset not in self.unplaced:
            return None
        name = dataset.name.removeprefix("table/").replace("/", ".")
        return (
            f"table {name}: the catalogue does not say where its data stands (its location is "
            f"{self.unplaced[dataset]}), so what jobs write to paths does not lead to it"
        )


async def read_lineage(sink: SqlSink) -> StoredLineage:
    """Read all that ``sink`` holds of lineage; raises SinkRefused when it holds nothing."""
    edges = await sink.read(stored_edges)
    databases = await sink.read(stored_databases)
    tables = await sink.read(stored_tables)
    partitions = await sink.read(stored_partitions_elsewhere)
    return join_lineage(edges, databases, tables, partitions)


def join_lineage(
    edges: Iterable[StoredEdge],
    databases: Sequence[StoredDatabase],
    tables: Sequence[StoredTable],
    partitions: Iterable[StoredPartition] = (),
) -> StoredLineage:
    """Join edges with the places of tables, and with the tables behind linked databases."""
    linked, owned = _databases(databases)
    links = DatabaseLinks((link, target) for link, (target, _) in linked.items())
    through = _read_through_links(databases, links)
    index = StorageIndex((), LineageContext())
    known: dict[Dataset, None] = {}
    unplaced: dict[Dataset, str] = {}
    for table in tables:
        dataset = _dataset(table, table.name, through)
        known.setdefault(dataset)
        if owner := _owner(table, through):
            owned.add(owner)
        for location in table.data_locations or ():
            index.add_location(dataset, location)
        if table.data_locations == () and table.location:
            unplaced[dataset] = table.location
    for partition in partitions:
        index.add_location(_dataset(partition, partition.table, through), partition.location)
    hops = (Hop(edge.upstream, edge.downstream, edge.process) for edge in edges)
    return StoredLineage(
        hops=LineageGraph(hops, [index], links, known),
        tables=frozenset(known),
        links=links,
        linked={link: target for link, (_, target) in linked.items()},
        databases=frozenset(owned),
        unplaced=unplaced,
    )


def _databases(
    databases: Sequence[StoredDatabase],
) -> tuple[dict[CatalogDatabase, tuple[CatalogDatabase, CatalogLink]], set[CatalogDatabase]]:
    """The links with their targets, and the databases that are none."""
    linked: dict[CatalogDatabase, tuple[CatalogDatabase, CatalogLink]] = {}
    owned: set[CatalogDatabase] = set()
    for each in databases:
        context = LineageContext(region=each.region, account=each.catalog_id)
        database = CatalogDatabase.from_name(each.name, context)
        if each.target is None:
            owned.add(database)
            continue
        there = replace(context, region=each.target.region or each.region)
        target = CatalogDatabase.from_name(each.target.database, there, each.target.catalog_id)
        linked[database] = target, each.target
    return linked, owned


def _read_through_links(
    databases: Sequence[StoredDatabase], links: DatabaseLinks
) -> dict[tuple[str, str, str], CatalogDatabase]:
    """The owner's database, by source, region and name of the link that tables are read through.

    Such a table's record has the link's database and the owner's account.
    """
    return {
        (each.source, each.region, each.name.lower()): links.find_end(
            CatalogDatabase.from_name(
                each.name, LineageContext(region=each.region, account=each.catalog_id)
            )
        )
        for each in databases
        if each.target is not None
    }


def _owner(
    thing: StoredTable | StoredPartition, through: dict[tuple[str, str, str], CatalogDatabase]
) -> CatalogDatabase | None:
    return through.get((thing.source, thing.region, thing.database.lower()))


def _dataset(
    thing: StoredTable | StoredPartition,
    name: str,
    through: dict[tuple[str, str, str], CatalogDatabase],
) -> Dataset:
    context = LineageContext(region=thing.region, account=thing.catalog_id)
    table = name_catalog_table(thing.database, name, context)
    owner = _owner(thing, through)
    if owner is None:
        return table
    own = CatalogDatabase.from_name(thing.database, context)
    return owner.table(table.name.removeprefix(own.prefix))
