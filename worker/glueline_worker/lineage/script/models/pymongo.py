"""pymongo: collections of MongoDB and DocumentDB."""

from __future__ import annotations

from dataclasses import dataclass

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.naming import UNKNOWN_NAME, name_mongodb_collection
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import as_text, list_texts, render
from glueline_worker.lineage.script.domain.values import UNKNOWN, Frame, Method, Value
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.python import files
from glueline_worker.lineage.word_sets import split_words

_CLIENT_METHODS = split_words(
    "get_database get_default_database close server_info list_database_names list_databases "
    "drop_database start_session admin"
)
_DATABASE_METHODS = split_words(
    "get_collection create_collection command list_collection_names list_collections "
    "drop_collection"
)
_READS = split_words("find aggregate find_raw_batches aggregate_raw_batches distinct")
_WRITES = split_words(
    "insert_one insert_many insert save bulk_write replace_one update_one update_many "
    "find_one_and_update find_one_and_replace"
)


@dataclass(eq=False)
class MongoClient(LibraryObject):
    """A client, with its address."""

    address: str

    def get_attribute(self, name: str) -> Value:
        """Return a database or a method."""
        return Method(self, name) if name in _CLIENT_METHODS else MongoDatabase(self.address, name)

    def get_item(self, key: Value) -> Value:
        """Return a database."""
        return MongoDatabase(self.address, as_text(key))

    def call(self, call: Call) -> Value:
        """Call a method of the client."""
        if call.name in {"get_database", "get_default_database"}:
            return MongoDatabase(self.address, call.text(0, "name") or "")
        return self if call.name == "__enter__" else UNKNOWN


@dataclass(eq=False)
class MongoDatabase(LibraryObject):
    """A database; without a name it is that of the address."""

    address: str
    name: str

    def get_attribute(self, name: str) -> Value:
        """Return a collection or a method."""
        return Method(self, name) if name in _DATABASE_METHODS else self.get_item(name)

    def get_item(self, key: Value) -> Value:
        """Return a collection."""
        return MongoCollection(self.address, self.name, key)

    def call(self, call: Call) -> Value:
        """Call a method of the database."""
        is_collection = call.name in {"get_collection", "create_collection"}
        return self.get_item(call.arg(0, "name")) if is_collection else UNKNOWN


@dataclass(eq=False)
class MongoCollection(LibraryObject):
    """A collection."""

    address: str
    database: str
    name: Value

    def call(self, call: Call) -> Value:
        """Call a method of the collection."""
        if call.name in _READS:
            return Frame(call.state.read(self._find(call.state), "pymongo").node, "rows")
        if call.name == "find_one":  # mostly settings
            read = call.state.read(self._find(call.state), "pymongo")
            return files.mark_tentative(call.state, read)
        if call.name in _WRITES:
            call.state.write(call.values, self._find(call.state), "pymongo")
        return UNKNOWN

    def _find(self, state: State) -> list[Dataset]:
        address, database = render(self.address), render(self.database)
        names = [render(text) for text in list_texts(self.name)]
        return [name_mongodb_collection(address, database, one, state.context) for one in names]


def _make_client(call: Call) -> Value:
    """Call ``MongoClient(uri)`` or ``MongoClient(host, port)``."""
    host, port = call.text(0, "host") or UNKNOWN_NAME, call.arg(1, "port")
    if "://" in host or not isinstance(port, int):
        return MongoClient(host)
    return MongoClient(f"{host}:{port}")


PYMONGO = Library(functions={"MongoClient": _make_client})
