"""Add and delete databases, tables and jobs while the simulator runs."""

from typing import Any

from glueline_simulator.catalogue.account_state import AccountState, AwsState, StoredDatabase
from glueline_simulator.catalogue.build import add_database, add_job, add_table
from glueline_simulator.catalogue.parse import parse_database, parse_job, parse_table
from glueline_simulator.errors import UsageError

JsonBody = dict[str, Any]


class CatalogueEditor:
    """Adds and deletes databases, tables and jobs for the control endpoint.

    An ``account`` in a request chooses another account than the simulator's own. Additions are
    described as in a catalogue file.
    """

    def __init__(self, state: AwsState) -> None:
        self._state = state

    def add_database(self, body: JsonBody) -> None:
        """Add ``{"database": name, …definition}``."""
        account, name = self._account(body), _take_name(body, "database")
        add_database(self._state, account, name, parse_database(body, name))

    def delete_database(self, body: JsonBody) -> None:
        """Delete ``{"database": name}`` with its tables."""
        account, name = self._account(body), _take_name(body, "database")
        _ensure_removed(f"database {name}", removed=account.databases.remove(name.lower()))

    def add_table(self, body: JsonBody) -> None:
        """Add or replace ``{"database": name, "table": name, …definition}``."""
        account = self._account(body)
        database, name = (
            self._database(account, _take_name(body, "database")),
            _take_name(body, "table"),
        )
        add_table(self._state, account, database, name, parse_table(body, name))

    def delete_table(self, body: JsonBody) -> None:
        """Delete ``{"database": name, "table": name}``."""
        account = self._account(body)
        database, name = (
            self._database(account, _take_name(body, "database")),
            _take_name(body, "table"),
        )
        _ensure_removed(
            f"table {database.name}.{name}", removed=database.tables.remove(name.lower())
        )

    def add_job(self, body: JsonBody) -> None:
        """Add or replace ``{"job": name, …definition}``."""
        account, name = self._account(body), _take_name(body, "job")
        add_job(self._state, account, name, parse_job(body, name))

    def delete_job(self, body: JsonBody) -> None:
        """Delete ``{"job": name}``; its script stays."""
        account, name = self._account(body), _take_name(body, "job")
        _ensure_removed(f"job {name}", removed=account.jobs.remove(name))

    def _account(self, body: JsonBody) -> AccountState:
        wanted = body.pop("account", self._state.account)
        account = self._state.accounts.get(wanted)
        if account is None:
            message = f"there is no account {wanted!r}"
            raise UsageError(message)
        return account

    @staticmethod
    def _database(account: AccountState, name: str) -> StoredDatabase:
        database = account.databases.get(name.lower())
        if database is None:
            message = f"there is no database {name!r}"
            raise UsageError(message)
        return database


def _take_name(body: JsonBody, key: str) -> str:
    value = body.pop(key, None)
    if not isinstance(value, str) or not value:
        message = f"{key!r} is missing: the name of the {key}"
        raise UsageError(message)
    return value


def _ensure_removed(what: str, *, removed: bool) -> None:
    if not removed:
        message = f"there is no {what}"
        raise UsageError(message)
