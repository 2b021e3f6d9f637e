"""Databases that are resource links: each table of such a database has a second name."""

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from msgspec import Struct

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming import name_catalog_table


class CatalogDatabase(Struct, frozen=True):
    """A database of one catalogue, by the prefix of its tables' names."""

    namespace: str
    prefix: str

    @classmethod
    def from_name(
        cls, name: str, context: LineageContext, catalog_id: str | None = None
    ) -> "CatalogDatabase":
        """Return the database ``name`` of a catalogue; by default that of ``context``."""
        table = name_catalog_table(name, "t", context, catalog_id)
        return cls(table.namespace, table.name[: -len("t")])

    @property
    def name(self) -> str:
        """The database, with a nested catalogue before it."""
        return self.prefix.removeprefix("table/").removesuffix("/")

    def table(self, name: str) -> Dataset:
        """Return one of its tables, by its name as in a dataset."""
        return Dataset(namespace=self.namespace, name=self.prefix + name)


class TableAlias(Struct, frozen=True):
    """A second name of a table: ``linked`` is the name of ``owned`` behind a resource link."""

    linked: Dataset
    owned: Dataset
    link: CatalogDatabase

    @property
    def process(self) -> str:
        """The process of an edge between the two."""
        return f"database/{quote(self.link.name, safe='/')}"


class DatabaseLinks:
    """Finds the tables behind tables of linked databases."""

    def __init__(self, links: Iterable[tuple[CatalogDatabase, CatalogDatabase]]) -> None:
        """Take pairs of a link and its target; one that points at itself is no link."""
        self._targets = {link: target for link, target in links if link != target}
        self._links: dict[CatalogDatabase, list[CatalogDatabase]] = {}
        for link, target in self._targets.items():
            self._links.setdefault(target, []).append(link)

    def find_owner(self, dataset: Dataset) -> TableAlias | None:
        """Return the table behind a table of a linked database, one link further on."""
        for database in _iterate_databases(dataset):
            if target := self._targets.get(database):
                table = dataset.name.removeprefix(database.prefix)
                return TableAlias(dataset, target.table(table), database)
        return None

    def find_links(self, dataset: Dataset) -> Sequence[TableAlias]:
        """Return the names of a table through links to its database, and through links to these."""
        found: list[TableAlias] = []
        seen, open_ = {dataset}, [dataset]
        while open_:
            owned = open_.pop()
            for alias in self._iterate_direct_links(owned):
                if alias.linked not in seen:
                    seen.add(alias.linked)
                    open_.append(alias.linked)
                    found.append(alias)
        return found

    def follow_links(self, dataset: Dataset) -> Sequence[TableAlias]:
        """Return all tables behind a table, through links of links; a circle ends at its start."""
        found: list[TableAlias] = []
        seen = {dataset}
        while (alias := self.find_owner(dataset)) and alias.owned not in seen:
            found.append(alias)
            dataset = alias.owned
            seen.add(dataset)
        return found

    def find_end(self, database: CatalogDatabase) -> CatalogDatabase:
        """Return the end of a chain of links; ``database`` itself when it is no link."""
        seen = {database}
        while (target := self._targets.get(database)) and target not in seen:
            database = target
            seen.add(database)
        return database

    def find_tables(self, text: str) -> list[Dataset]:
        """Return the table that ``database.table`` means in each linked database of that name."""
        database, _, table = text.strip().lower().partition(".")
        return [link.table(table) for link in self._targets if table and link.name == database]

    def _iterate_direct_links(self, dataset: Dataset) -> Iterator[TableAlias]:
        for database in _iterate_databases(dataset):
            for link in self._links.get(database, ()):
                table = dataset.name.removeprefix(database.prefix)
                yield TableAlias(link.table(table), dataset, link)

    def find_link(self, dataset: Dataset) -> CatalogDatabase | None:
        """Return the linked database of a table's name."""
        alias = self.find_owner(dataset)
        return alias.link if alias else None


def _iterate_databases(dataset: Dataset) -> Iterator[CatalogDatabase]:
    """Yield the databases that a name may belong to: nested catalogues add parts to names."""
    if ":glue:" not in dataset.namespace:
        return
    at = dataset.name.find("/", len("table/"))
    while at > 0:
        yield CatalogDatabase(dataset.namespace, dataset.name[: at + 1])
        at = dataset.name.find("/", at + 1)
