"""What a Glue operation works with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from glueline_simulator.catalogue.account_state import Account, Database, World
from glueline_simulator.errors import access_denied, not_found
from glueline_simulator.glue.paging import Listing, Pager
from glueline_simulator.services.call import Call


@dataclass(frozen=True, slots=True)
class Context:
    """One call, the account it is about, and the means to answer it."""

    world: World
    pager: Pager
    call: Call
    account: Account

    @property
    def given(self) -> dict[str, Any]:
        """The request's members."""
        return self.call.parameters

    def database(self, name: str) -> Database:
        """A database in sight, by its name in any case; raises EntityNotFoundException."""
        folded = name.lower()
        database = self.account.databases.get(folded)
        hidden = any(rule.hides_database(folded) for rule in self.call.settings.hide)
        if database is None or hidden:
            raise not_found(f"Database {name} not found.")
        return database

    def sees_table(self, database: str, table: str) -> bool:
        """Whether no rule hides the table."""
        return not any(rule.hides_table(database, table) for rule in self.call.settings.hide)

    def table(self, database: Database, name: str) -> bytes:
        """A table's row; raises EntityNotFoundException."""
        row = database.tables.get(name.lower())
        if row is None or not self.sees_table(database.name, name.lower()):
            raise not_found(f"Entity Not Found: table {database.name}.{name}")
        return row

    def page(
        self, key: str, listing: Listing[Any], shown: Callable[[Any], Any] | None = None
    ) -> bytes:
        """A page of plain JSON values under a key."""
        items, token = self.pager.page(self.call, listing)
        return page_of(key, (orjson.dumps(shown(item) if shown else item) for item in items), token)


Operation = Callable[[Context], bytes]


def page_of(key: str, rows: Iterable[bytes], token: str | None) -> bytes:
    """A page whose rows are JSON already."""
    parts = (b'{"', key.encode(), b'":[', b",".join(rows), b"]", _token_member(token), b"}")
    return b"".join(parts)


def account_of(world: World, call: Call) -> Account:
    """The account a call is about; raises AccessDeniedException for one that is unknown."""
    wanted = call.parameters.get("CatalogId") or call.caller.account
    account = world.accounts.get(wanted)
    if account is not None:
        return account
    if wanted == call.caller.account:
        return Account(wanted)
    resource = world.arn(wanted, "catalog")
    raise access_denied(call.caller.arn, f"glue:{call.operation}", resource)


def _token_member(token: str | None) -> bytes:
    return b"" if token is None else b',"NextToken":"%b"' % token.encode()
