"""Catalog tables and where they are stored: the edges that the catalogue itself tells."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from glueline.contract.lineage import Dataset, Origin
from glueline.contract.records import TableRecord
from glueline_worker.lineage.graph import edge_order
from glueline_worker.lineage.model import Edge, Lineage, Surroundings
from glueline_worker.lineage.naming import catalog_table, s3


class StorageIndex:
    """Finds the tables on a path of S3, and the table that a resource link points at.

    ``tables`` are (database, table, location); ``links`` are (link, target) as datasets.
    """

    def __init__(
        self,
        tables: Iterable[tuple[str, str, str]],
        around: Surroundings,
        links: Iterable[tuple[Dataset, Dataset]] = (),
    ) -> None:
        self._tables: dict[tuple[str, ...], list[Dataset]] = {}
        for database, table, location in tables:
            if location.lower().startswith("s3"):
                found = self._tables.setdefault(_parts(s3(location)), [])
                found.append(catalog_table(database, table, around))
        self._links: Mapping[Dataset, Dataset] = dict(links)

    def tables_on(self, dataset: Dataset) -> tuple[Dataset, ...]:
        """The tables at the path or nearest above it; several may share one location."""
        if not dataset.namespace.startswith("s3://"):
            return ()
        parts = _parts(dataset)
        for length in range(len(parts), 0, -1):
            if parts[:length] in self._tables:
                return tuple(dict.fromkeys(self._tables[parts[:length]]))
        return ()

    def target_of(self, dataset: Dataset) -> Dataset | None:
        """What a resource link points at; None for anything else."""
        return self._links.get(dataset)

    def others_of(self, dataset: Dataset) -> tuple[Dataset, ...]:
        """The other names under which the catalogue knows ``dataset``."""
        target = self.target_of(dataset)
        return (target,) if target else self.tables_on(dataset)


def extend(lineage: Lineage, index: StorageIndex) -> Lineage:
    """The lineage with edges between what a job names and what the catalogue calls the same.

    What is written on a path arrives in its table; what is read from a path comes from there.
    """
    written = (
        Edge(dataset, other, (Origin.CATALOG,)) for dataset, other in _pairs(lineage.outputs, index)
    )
    read = (
        Edge(other, dataset, (Origin.CATALOG,)) for dataset, other in _pairs(lineage.inputs, index)
    )
    edges = {(edge.upstream, edge.downstream): edge for edge in (*written, *read)}
    edges.update({(edge.upstream, edge.downstream): edge for edge in lineage.edges})
    return replace(lineage, edges=tuple(sorted(edges.values(), key=edge_order)))


def link_lineage(link: TableRecord, around: Surroundings) -> Lineage:
    """The one edge of a resource link: its target, maybe of another account or region, to it."""
    target = link.target
    if target is None or target.table is None:
        return Lineage()
    there = replace(around, region=target.region or around.region)
    upstream = catalog_table(target.database, target.table, there, target.catalog_id)
    downstream = catalog_table(link.database_name, link.name, around)
    edge = Edge(upstream, downstream, (Origin.CATALOG,))
    return Lineage((upstream,), (downstream,), (edge,))


def _pairs(datasets: Iterable[Dataset], index: StorageIndex) -> Iterator[tuple[Dataset, Dataset]]:
    for dataset in datasets:
        for other in index.others_of(dataset):
            if other != dataset:
                yield dataset, other


def _parts(dataset: Dataset) -> tuple[str, ...]:
    return dataset.namespace, *filter(None, dataset.name.split("/"))
