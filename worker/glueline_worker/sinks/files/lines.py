"""The lines of one unit: each line is one record, or an event."""

from collections.abc import Callable, Iterable, Sequence

from glueline.contract.records import Record
from glueline.contract.terminal import escape_json
from glueline_worker.sinks.files.stored import LineSpan
from glueline_worker.sinks.json_text import to_json

EncodeRecords = Callable[[Sequence[Record]], Iterable[tuple[str, bytes]]]
"""Makes lines, each with its kind, of the records of a part."""


def encode_lines(records: Sequence[Record]) -> Iterable[tuple[str, bytes]]:
    """Yield each record as a line of its kind."""
    for record in records:
        yield record.kind, escape_json(to_json(record)[1])


class UnitLines:
    """Lines of one unit by kind, which wait in memory to be stored."""

    def __init__(self, encode: EncodeRecords = encode_lines, *, counts_rows: bool = False) -> None:
        """Hold nothing yet. Spans are of rows if ``counts_rows``, else of bytes."""
        self._encode = encode
        self._counts_rows = counts_rows
        self.bytes = 0
        """The size of all lines that wait."""
        self.records: dict[str, int] = {}
        """Lines by kind, with those that were taken."""
        self._waiting: dict[str, list[bytes]] = {}
        self._ends: dict[str, int] = {}

    def append(self, records: Sequence[Record]) -> tuple[LineSpan, ...]:
        """Add the lines of ``records``; return one span for each kind."""
        starts, before = dict(self._ends), dict(self.records)
        for kind, line in self._encode(records):
            self.append_lines(kind, line + b"\n", 1)
        return tuple(
            LineSpan(kind, starts.get(kind, 0), end, self.records[kind] - before.get(kind, 0))
            for kind, end in self._ends.items()
            if end > starts.get(kind, 0)
        )

    def append_lines(self, kind: str, lines: bytes, records: int) -> LineSpan:
        """Add finished lines and return where they are."""
        start = self._ends.get(kind, 0)
        self._ends[kind] = start + (records if self._counts_rows else len(lines))
        self.records[kind] = self.records.get(kind, 0) + records
        self._waiting.setdefault(kind, []).append(lines)
        self.bytes += len(lines)
        return LineSpan(kind, start, self._ends[kind], records)

    def take(self) -> dict[str, bytes]:
        """Return the lines that wait, by kind; they wait no longer."""
        taken = {kind: b"".join(lines) for kind, lines in self._waiting.items()}
        self._waiting.clear()
        self.bytes = 0
        return taken
