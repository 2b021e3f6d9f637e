"""Send events for changes of the catalogue, in the form of EventBridge."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from glueline_simulator.catalogue.account_state import AwsState
from glueline_simulator.catalogue.edit import JsonBody

_Edit = Callable[[JsonBody], Any]

_DATABASE_CHANGE = "Glue Data Catalog Database State Change"
_TABLE_CHANGE = "Glue Data Catalog Table State Change"


class EventBridge:
    """Sends an event after each edit; ``send`` takes the event as text.

    There are no events for jobs: AWS sends events for their runs, not for their definitions.
    """

    def __init__(self, state: AwsState, send: Callable[[str], None]) -> None:
        self._state = state
        self._send = send

    def announce(self, kind: str, edit: _Edit) -> _Edit:
        """Return ``edit`` with an event after it; ``kind`` is the call of Glue for the edit."""

        def edit_and_announce(body: JsonBody) -> Any:
            request = dict(body)  # the edit takes names out of ``body``
            table, database = request.get("table"), request.get("database")
            is_update = kind == "CreateTable" and self._has(request, str(database), str(table))
            answer = edit(body)
            self._send_event("UpdateTable" if is_update else kind, request, str(database), table)
            return answer

        return edit_and_announce

    def _has(self, request: JsonBody, database: str, table: str) -> bool:
        account = self._state.accounts.get(request.get("account", self._state.account))
        found = account.databases.get(database.lower()) if account else None
        return found is not None and found.tables.get(table.lower()) is not None

    def _send_event(self, kind: str, request: JsonBody, database: str, table: Any) -> None:
        account = request.get("account", self._state.account)
        detail: JsonBody = {"databaseName": database.lower(), "typeOfChange": kind}
        resource = f"database/{database.lower()}"
        if table is not None:
            name = str(table).lower()
            resource = f"table/{database.lower()}/{name}"
            detail |= {"tableName": name} if kind == "UpdateTable" else {"changedTables": [name]}
        event = {
            "version": "0",
            "id": str(uuid4()),
            "detail-type": _TABLE_CHANGE if kind == "UpdateTable" else _DATABASE_CHANGE,
            "source": "aws.glue",
            "account": account,
            "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": self._state.region,
            "resources": [self._state.arn(account, resource)],
            "detail": detail,
        }
        self._send(json.dumps(event))
