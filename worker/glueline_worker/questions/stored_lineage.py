"""Join the lineage that a SQL sink holds across storage and resource links."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from msgspec.structs import replace

from glueline.contract.lineage import Dataset
from glueline.contract.records import CatalogLink
from glueline_worker.catalog.common_fields import format_link
from glueline_worker.lineage.links.column_walk import ColumnWay
from glueline_worker.lineage.links.databases import CatalogDatabase, DatabaseLinks
from glueline_worker.lineage.links.storage import StorageIndex
from glueline_worker.lineage.links.walk import Hop, LineageGraph
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming import name_catalog_table
from glueline_worker.questions.observed_lineage import Evidence, join_observations
from glueline_worker.sinks.sql.lineage_queries import (
    StoredDatabase,
    StoredEdge,
    StoredPartition,
    StoredTable,
    select_databases,
    select_edges,
    select_partitions_elsewhere,
    select_tables,
)
from glueline_worker.sinks.sql.observed.queries import (
    StoredObservation,
    select_job_names,
    select_observations,
)
from glueline_worker.sinks.sql.sink import SqlSink


@dataclass(frozen=True)
class StoredLineage:
    """All hops, the known tables, and the places where a chain may be broken."""

    hops: LineageGraph
    tables: frozenset[Dataset]
    links: DatabaseLinks
    linked: dict[CatalogDatabase, CatalogLink]
    """The databases that are links, and their targets."""
    databases: frozenset[CatalogDatabase]
    """The databases that are not links."""
    unplaced: dict[Dataset, str]
    """Tables whose data is at an unknown place, with the location in the catalogue."""
    coded: frozenset[Hop] = frozenset()
    """The hops that descriptions of jobs and views have."""
    observed: Mapping[Hop, tuple[ColumnWay, ...]] = field(default_factory=dict)
    """The hops that runs have reported, with their columns."""

    def find_evidence(self, hop: Hop) -> Evidence:
        """Return who says that there is this hop: the code, runs, or both."""
        by_code: Evidence = ("code",) if hop in self.coded else ()
        return (*by_code, "run") if hop in self.observed else by_code

    def warnings(self, datasets: Iterable[Dataset]) -> list[str]:
        """Return warnings for datasets at which a chain may end too early."""
        found: dict[str, None] = {}
        for dataset in datasets:
            if sentence := self._describe_broken_link(dataset) or self._describe_unknown_place(
                dataset
            ):
                found.setdefault(sentence)
        return list(found)

    def _describe_broken_link(self, dataset: Dataset) -> str | None:
        link = self.links.find_link(dataset)
        if link is None or self.links.find_end(link) in self.databases:
            return None
        return (
            f"database {link.name} is a resource link to {format_link(self.linked[link])}, which "
            "this sink does not hold: extract the owner's catalogue too, or check whether the "
            "target still exists"
        )

    def _describe_unknown_place(self, dataset: Dataset) -> str | None:
        if dataset not in self.unplaced:
            return None
        name = dataset.name.removeprefix("table/").replace("/", ".")
        return (
            f"table {name}: the catalogue does not say where its data is (its location is "
            f"{self.unplaced[dataset]}), so a path that a job writes to cannot lead to it"
        )


async def read_lineage(sink: SqlSink) -> StoredLineage:
    """Read all that ``sink`` holds of lineage; raises SinkRefused when it holds nothing."""
    edges = await sink.read(select_edges)
    databases = await sink.read(select_databases)
    tables = await sink.read(select_tables)
    partitions = await sink.read(select_partitions_elsewhere)
    observations = await sink.read(select_observations)
    jobs = await sink.read(select_job_names) if observations else set()
    return join_lineage(edges, databases, tables, partitions, observations=observations, jobs=jobs)


def join_lineage(
    edges: Iterable[StoredEdge],
    databases: Sequence[StoredDatabase],
    tables: Sequence[StoredTable],
    partitions: Iterable[StoredPartition] = (),
    *,
    observations: Iterable[StoredObservation] = (),
    jobs: AbstractSet[str] = frozenset(),
) -> StoredLineage:
    """Join edges with the places of tables, and with the tables behind linked databases.

    ``jobs`` are the Glue jobs that observations may belong to.
    """
    linked, owned = _split_databases(databases)
    links = DatabaseLinks((link, target) for link, (target, _) in linked.items())
    through = _find_owner_databases(databases, links)
    index = StorageIndex((), LineageContext())
    known: dict[Dataset, None] = {}
    unplaced: dict[Dataset, str] = {}
    for table in tables:
        dataset = _make_dataset(table, table.name, through)
        known.setdefault(dataset)
        if owner := _find_owner(table, through):
            owned.add(owner)
        for location in table.data_locations or ():
            index.add_location(dataset, location)
        if table.data_locations == () and table.location:
            unplaced[dataset] = table.location
    for partition in partitions:
        index.add_location(_make_dataset(partition, partition.table, through), partition.location)
    coded = dict.fromkeys(Hop(edge.upstream, edge.downstream, edge.process) for edge in edges)
    observed = join_observations(observations, jobs, coded.keys())
    return StoredLineage(
        hops=LineageGraph((*coded, *observed), [index], links, known),
        tables=frozenset(known),
        links=links,
        linked={link: target for link, (_, target) in linked.items()},
        databases=frozenset(owned),
        unplaced=unplaced,
        coded=frozenset(coded),
        observed=observed,
    )


def name_stored_table(table: StoredTable, databases: Sequence[StoredDatabase]) -> Dataset:
    """Return a table's name in lineage: that at its owner's, where it was read through a link."""
    linked, _ = _split_databases(databases)
    links = DatabaseLinks((link, target) for link, (target, _) in linked.items())
    return _make_dataset(table, table.name, _find_owner_databases(databases, links))


def _split_databases(
    databases: Sequence[StoredDatabase],
) -> tuple[dict[CatalogDatabase, tuple[CatalogDatabase, CatalogLink]], set[CatalogDatabase]]:
    """Return the links with their targets, and the databases that are not links."""
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


def _find_owner_databases(
    databases: Sequence[StoredDatabase], links: DatabaseLinks
) -> dict[tuple[str, str, str], CatalogDatabase]:
    """Return the owner's database by source, region and name of each link.

    The record of a table that was read through a link has the link's database and the owner's
    account.
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


def _find_owner(
    thing: StoredTable | StoredPartition, through: dict[tuple[str, str, str], CatalogDatabase]
) -> CatalogDatabase | None:
    return through.get((thing.source, thing.region, thing.database.lower()))


def _make_dataset(
    thing: StoredTable | StoredPartition,
    name: str,
    through: dict[tuple[str, str, str], CatalogDatabase],
) -> Dataset:
    context = LineageContext(region=thing.region, account=thing.catalog_id)
    table = name_catalog_table(thing.database, name, context)
    owner = _find_owner(thing, through)
    if owner is None:
        return table
    here = CatalogDatabase.from_name(thing.database, context)
    return owner.table(table.name.removeprefix(here.prefix))
