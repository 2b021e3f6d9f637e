"""The context of a call to Glue."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from glueline_simulator.catalogue.account_state import AccountState, AwsState, StoredDatabase
from glueline_simulator.errors import access_denied_error, not_found_error
from glueline_simulator.glue.paging import Listing, Pager
from glueline_simulator.services.call import ServiceCall


@dataclass(frozen=True, slots=True)
class GlueContext:
    """One call, its account, and everything that is needed to answer it."""

    state: AwsState
    pager: Pager
    call: ServiceCall
    account: AccountState

    @property
    def parameters(self) -> dict[str, Any]:
        """The members of the request."""
        return self.call.parameters

    def database(self, name: str) -> StoredDatabase:
        """Return a visible database by its name in any case; raises EntityNotFoundException."""
        folded = name.lower()
        database = self.account.databases.get(folded)
        hidden = any(rule.hides_database(folded) for rule in self.call.settings.hide)
        if database is None or hidden:
            raise not_found_error(f"Database {name} not found.")
        return database

    def sees_table(self, database: str, table: str) -> bool:
        """Tell whether no rule hides the table."""
        return not any(rule.hides_table(database, table) for rule in self.call.settings.hide)

    def table(self, database: StoredDatabase, name: str) -> bytes:
        """Return the row of a table; raises EntityNotFoundException."""
        row = database.tables.get(name.lower())
        if row is None or not self.sees_table(database.name, name.lower()):
            raise not_found_error(f"Entity Not Found: table {database.name}.{name}")
        return row

    def page(
        self, key: str, listing: Listing[Any], convert: Callable[[Any], Any] | None = None
    ) -> bytes:
        """Render a page of JSON values under a key; ``convert`` changes each value first."""
        items, token = self.pager.page(self.call, listing)
        return render_page(
            key, (orjson.dumps(convert(item) if convert else item) for item in items), token
        )


Operation = Callable[[GlueContext], bytes]


def render_page(key: str, rows: Iterable[bytes], token: str | None) -> bytes:
    """Render a page whose rows are JSON already."""
    parts = (b'{"', key.encode(), b'":[', b",".join(rows), b"]", _render_token(token), b"}")
    return b"".join(parts)


def find_account(state: AwsState, call: ServiceCall) -> AccountState:
    """Return the account of a call; raises AccessDeniedException for an unknown one."""
    wanted = call.parameters.get("CatalogId") or call.caller.account
    account = state.accounts.get(wanted)
    if account is not None:
        return account
    if wanted == call.caller.account:
        return AccountState(wanted)
    resource = state.arn(wanted, "catalog")
    raise access_denied_error(call.caller.arn, f"glue:{call.operation}", resource)


def _render_token(token: str | None) -> bytes:
    return b"" if token is None else b',"NextToken":"%b"' % token.encode()
