"""Generate a partition for each day, backward from a fixed day and then forward."""

from datetime import date, timedelta
from typing import Any

import orjson

from glueline_simulator.generated.tables import EPOCH
from glueline_simulator.generated.template import JsonTemplate

_LAST_DAY = date(2024, 12, 31)
_BACK = 500_000  # the calendar does not reach back further
MAX_PARTITIONS = 3_000_000


class PartitionSource:
    """The partitions of one table."""

    def __init__(self, table: dict[str, Any], size: int) -> None:
        self._keys = [key["Name"] for key in table.get("PartitionKeys", [])]
        self._size = size if self._keys else 0
        storage = {**table.get("StorageDescriptor", {})}
        storage["Location"] = storage.get("Location", "").rstrip("/") + "/<<path>>/"
        self._template = JsonTemplate(
            {
                "Values": "<<!values!>>",
                "DatabaseName": table["DatabaseName"],
                "TableName": table["Name"],
                "CreationTime": "<<!created!>>",
                "LastAccessTime": 0,
                "StorageDescriptor": storage,
                "Parameters": {"classification": "generated", "numFiles": "<<files>>"},
                "CatalogId": table.get("CatalogId", ""),
            }
        )

    def __len__(self) -> int:
        """Return the number of partitions."""
        return self._size

    def name(self, index: int) -> str:
        """Return the values of a partition, joined with slashes."""
        return "/".join(self.values(index))

    def index(self, name: str) -> int | None:
        """Return the index of values that are joined with slashes."""
        days = {self.name(index): index for index in range(self._size)}
        return days.get(name)

    def values(self, index: int) -> list[str]:
        """Return the values of the partition keys."""
        day = _LAST_DAY - timedelta(days=index if index < _BACK else _BACK - index - 1)
        if len(self._keys) == 1:
            return [day.isoformat()]
        return [f"{day.year}", f"{day.month:02d}", f"{day.day:02d}"]

    def item(self, index: int) -> bytes:
        """Return the partition as JSON."""
        values = self.values(index)
        path = "/".join(f"{key}={value}" for key, value in zip(self._keys, values, strict=True))
        return self._template.render(
            {
                b"values": orjson.dumps(values),
                b"created": b"%d" % (EPOCH - index * 86_400),
                b"path": path.encode(),
                b"files": b"%d" % (index % 64 + 1),
            }
        )
