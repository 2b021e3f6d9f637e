"""Changes of the catalogue as EventBridge tells of them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from glueline_simulator.catalogue.account_state import World

Body = dict[str, Any]
Edit = Callable[[Body], Any]

_DATABASE = "Glue Data Catalog Database State Change"
_TABLE = "Glue Data Catalog Table State Change"


class Notices:
    """Makes of an edit one that is told of: ``send`` takes the event as text.

    Jobs are not told of: AWS tells of their runs, not of their definitions.
    """

    def __init__(self, world: World, send: Callable[[str], None]) -> None:
        self._world = world
        self._send = send

    def told(self, kind: str, edit: Edit) -> Edit:
        """``edit`` with an event after it; ``kind`` is the call of Glue that would make it."""

        def edit_and_tell(body: Body) -> Any:
            about = dict(body)
            table, database = about.get("table"), about.get("database")
            known = kind == "CreateTable" and self._has(about, str(database), str(table))
            answer = edit(body)
            self._tell("UpdateTable" if known else kind, about, str(database), table)
            return answer

        return edit_and_tell

    def _has(self, about: Body, database: str, table: str) -> bool:
        account = self._world.accounts.get(about.get("account", self._world.account))
        found = account.databases.get(database.lower()) if account else None
        return found is not None and found.tables.get(table.lower()) is not None

    def _tell(self, kind: str, about: Body, database: str, table: Any) -> None:
        account = about.get("account", self._world.account)
        detail: Body = {"databaseName": database.lower(), "typeOfChange": kind}
        resource = f"database/{database.lower()}"
        if table is not None:
            name = str(table).lower()
            resource = f"table/{database.lower()}/{name}"
            detail |= {"tableName": name} if kind == "UpdateTable" else {"changedTables": [name]}
        event = {
            "version": "0",
            "id": str(uuid4()),
            "detail-type": _TABLE if kind == "UpdateTable" else _DATABASE,
            "source": "aws.glue",
            "account": account,
            "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": self._world.region,
            "resources": [self._world.arn(account, resource)],
            "detail": detail,
        }
        self._send(json.dumps(event))
