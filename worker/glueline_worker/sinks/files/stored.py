"""The values that describe what a folder holds: objects, and the lines of units and parts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from glueline.contract.model import StrictModel
from glueline_worker.sinks.files.formats.registry import find_format


class StoredObject(StrictModel):
    """One object: records of one kind."""

    path: str
    """Relative to the sink's root."""
    kind: str
    records: int
    bytes: int
    sha256: str
    modified_ns: int
    """Shows whether the object has been replaced since."""
    unit: str | None = None
    """The unit that has the object to itself; None for an object that small units share."""
    units: int = 1
    """The number of units with lines in it."""

    @property
    def extent(self) -> int:
        """The address behind its last line: its rows or its bytes, as its format counts."""
        return self.records if find_format(self.path).counts_rows else self.bytes


class LineSpan(NamedTuple):
    """Lines of one kind of record. It is a tuple, because there may be many."""

    kind: str
    start: int
    """The first address (see ``formats``), counted from the unit's first line of this kind."""
    end: int
    """The address behind the last."""
    records: int


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part among the lines of a unit."""

    fingerprint: str
    spans: tuple[LineSpan, ...]
    """One for each kind of line."""
    inputs: tuple[str, ...] = ()
    records: dict[str, int] | None = None
    """Records by kind, where they are no lines themselves but events are made of them."""

    @property
    def lines(self) -> dict[str, int]:
        """Lines by kind."""
        return {span.kind: span.records for span in self.spans}

    @property
    def counts(self) -> dict[str, int]:
        """Records by kind."""
        return self.lines if self.records is None else self.records


@dataclass(frozen=True, slots=True)
class StoredLines:
    """The lines of one unit in an object, from address ``start`` to before ``end``."""

    object: StoredObject
    start: int
    end: int
    records: int

    @classmethod
    def of_whole(cls, stored: StoredObject) -> "StoredLines":
        """Return all lines of an object."""
        return cls(stored, 0, stored.extent, stored.records)


@dataclass(frozen=True, slots=True)
class StoredUnit:
    """A unit of an older run: its lines by kind of record, and its parts by key."""

    lines: Mapping[str, StoredLines]
    parts: Mapping[str, StoredPart]

    @property
    def is_complete(self) -> bool:
        """Tell whether the lines are those of the parts and no others."""
        counts = Counter[str]()
        for part in self.parts.values():
            counts.update(part.lines)
        return counts == {kind: lines.records for kind, lines in self.lines.items()}

    @property
    def is_shared(self) -> bool:
        """Tell whether the lines, if any, stand in objects that small units share."""
        return all(lines.object.unit is None for lines in self.lines.values())
