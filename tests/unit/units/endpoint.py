"""GetTables of one database as different endpoints answer it, and a run over it without a queue."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from glueline.contract.messages import DatabaseUnit, ExtractionRequest
from glueline.contract.records import Record
from glueline.settings.settings import Source
from glueline.settings.worker import WorkerSettings
from glueline_worker.aws.errors import AwsTransient, classify_error
from glueline_worker.sinks.model import Part
from glueline_worker.units.context import UnitContext
from glueline_worker.units.database import extract_database
from glueline_worker.units.name_ranges import find_complete_listings

RUN = "0" * 32


class Endpoint:
    """Tables that have nothing but names."""

    region, account, catalog_id, source = "eu-west-1", "1", "1", Source()

    def __init__(self, names: Sequence[str], mode: str = "indexed", page: int = 100) -> None:
        self.names = list(names)
        self.mode = mode
        self.page = page
        self.calls: Counter[str] = Counter()
        self.broken: str | None = None

    async def call(self, service: str, operation: str, **given: Any) -> dict[str, Any]:
        assert (service, operation) == ("glue", "GetTables")
        pattern = given.get("Expression")
        self.calls["names" if "AttributesToGet" in given else "tables"] += 1
        self.calls["expressions"] += bool(pattern)
        if pattern and self.mode == "refused":
            error = {"Error": {"Code": "InvalidInputException", "Message": "no expressions"}}
            raise classify_error(ClientError(error, operation), operation)
        start = int(given.get("NextToken", 0))
        found = self.names if not pattern else self._matching(pattern)
        rows = found[start : start + self.page]
        if pattern and self.broken in rows and "AttributesToGet" not in given:
            raise AwsTransient("the line is cut")
        rows = [{"Name": name} for name in rows if self.mode != "filtered" or _full(pattern, name)]
        is_last = start + self.page >= len(found)
        return {"TableList": rows} | ({} if is_last else {"NextToken": str(start + self.page)})

    def _matching(self, pattern: str) -> list[str]:
        assert len(pattern) <= 2048
        return [name for name in self.names if self._is_found(pattern, name)]

    def _is_found(self, pattern: str, name: str) -> bool:
        found = {
            "indexed": _full,
            "any case": lambda pattern, name: bool(re.fullmatch(pattern, name, re.IGNORECASE)),
            "find": lambda pattern, name: bool(re.search(pattern, name)),
            "hive": lambda pattern, name: bool(re.match(pattern.replace("*", ".*"), name)),
            "ascii only": lambda pattern, name: name.isascii() and _full(pattern, name),
            # Right for the probes, wrong for some of what follows.
            "turns": lambda pattern, name: self.calls["tables"] > 3 or _full(pattern, name),
        }.get(self.mode)
        return found is None or found(pattern, name)


def _full(pattern: str | None, name: str) -> bool:
    return pattern is None or re.fullmatch(pattern, name) is not None


class Pile:
    """Stands for the sinks: what one unit wrote and did not take back."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    async def find_stored_entries(self, kind: str, keys: Sequence[str]) -> dict[str, Any]:
        return {}

    async def mark_unchanged(self, kind: str, prints: Mapping[str, str]) -> None:
        assert not prints

    async def write_parts(self, kind: str, parts: Sequence[Part]) -> None:
        self.records += [part.records[0] for part in parts]

    async def discard(self) -> None:
        self.records.clear()


class Extraction:
    """All units of one database, one after the other."""

    def __init__(self, endpoint: Endpoint, **settings: int) -> None:
        self.endpoint = endpoint
        self.settings = WorkerSettings(**settings)
        self.names: list[str] = []
        self.counts: Counter[str] = Counter()
        self.warnings: list[str] = []
        self.listings: list[str] = []
        self.unit_ids: list[str] = []
        self.failed: list[str] = []

    async def run(self) -> "Extraction":
        units = [DatabaseUnit(run_id=RUN, source="default", database="sales")]
        while units:
            units += await self._one(units.pop(0))
        return self

    async def _one(self, unit: DatabaseUnit) -> Any:
        assert unit.unit_id not in self.unit_ids
        pile = Pile()
        context = UnitContext(
            run=_Run(),
            connection=self.endpoint,
            settings=self.settings,
            last_attempt=False,
            writing=pile,
            open_units=None,
            ensure_claim=_held,
        )
        self.unit_ids.append(unit.unit_id)
        try:
            await extract_database(unit, context)
        except AwsTransient:
            self.failed.append(unit.unit_id)
            return []
        self.names += [record.name for record in pile.records]
        self.counts += context.counts
        self.warnings += context.warnings
        self.listings += context.listings
        return context.children

    @property
    def is_complete(self) -> bool:
        return find_complete_listings(self.listings) == ["database/sales"]


class _Run:
    source = "default"
    place = None
    request = ExtractionRequest(options={"lineage": False})


async def _held() -> None:
    """Nobody else works on it."""
