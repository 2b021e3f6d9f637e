"""Changes to a catalogue in mid-run: what was there is deleted, what was not is added."""

from typing import Any

from glueline_simulator.catalogue.account_state import Account, Database, World
from glueline_simulator.catalogue.build import add_database, add_job, add_table
from glueline_simulator.catalogue.parse import parse_database, parse_job, parse_table
from glueline_simulator.errors import UsageError

Body = dict[str, Any]


class Editor:
    """Adds and deletes databases, tables and jobs, as the control endpoint is told to.

    An ``account`` in a request chooses another account than the simulator's own. What is added
    is described as in a catalogue file.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def add_database(self, body: Body) -> None:
        """Add ``{"database": name, …definition}``."""
        account, name = self._account(body), _take(body, "database")
        add_database(self._world, account, name, parse_database(body, name))

    def delete_database(self, body: Body) -> None:
        """Delete ``{"database": name}`` with its tables."""
        account, name = self._account(body), _take(body, "database")
        _must(f"database {name}", removed=account.databases.remove(name.lower()))

    def add_table(self, body: Body) -> None:
        """Add or replace ``{"database": name, "table": name, …definition}``."""
        account = self._account(body)
        database, name = self._database(account, _take(body, "database")), _take(body, "table")
        add_table(self._world, account, database, name, parse_table(body, name))

    def delete_table(self, body: Body) -> None:
        """Delete ``{"database": name, "table": name}``."""
        account = self._account(body)
        database, name = self._database(account, _take(body, "database")), _take(body, "table")
        _must(f"table {database.name}.{name}", removed=database.tables.remove(name.lower()))

    def add_job(self, body: Body) -> None:
        """Add or replace ``{"job": name, …definition}``."""
        account, name = self._account(body), _take(body, "job")
        add_job(self._world, account, name, parse_job(body, name))

    def delete_job(self, body: Body) -> None:
        """Delete ``{"job": name}``; its script stays."""
        account, name = self._account(body), _take(body, "job")
        _must(f"job {name}", removed=account.jobs.remove(name))

    def _account(self, body: Body) -> Account:
        wanted = body.pop("account", self._world.account)
        account = self._world.accounts.get(wanted)
        if account is None:
            message = f"there is no account {wanted!r}"
            raise UsageError(message)
        return account

    @staticmethod
    def _database(account: Account, name: str) -> Database:
        database = account.databases.get(name.lower())
        if database is None:
            message = f"there is no database {name!r}"
            raise UsageError(message)
        return database


def _take(body: Body, key: str) -> str:
    value = body.pop(key, None)
    if not isinstance(value, str) or not value:
        message = f"{key!r} is missing: the name of the {key}"
        raise UsageError(message)
    return value


def _must(what: str, *, removed: bool) -> None:
    if not removed:
        message = f"there is no {what}"
        raise UsageError(message)
