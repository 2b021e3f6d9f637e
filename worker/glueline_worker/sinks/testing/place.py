"""A sink under test: how to make it, how to read it back, and what it can do."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from glueline.contract.records import Record, parse_record
from glueline_worker.sinks.base import Sink


@dataclass(frozen=True)
class SinkPlace:
    """An empty place for a sink, with the abilities that its sink declares.

    The cases test each ability in both directions: a sink that can do more or less than it
    declares fails.
    """

    make: Callable[[], Sink]
    """Make a sink on the place without opening it. Sinks that follow see what it holds."""
    texts: Callable[[], Iterable[str]] | None
    """Read the JSON of all records that readers would find; None if a sink cannot give any back."""
    replaces: bool = True
    """Whether an attempt at a unit takes the place of an earlier one."""
    hides_unfinished: bool = True
    """Whether records of an attempt that did not complete are never found."""
    removes_cancelled: bool = True
    """Whether an abort removes the records of its run."""
    merges_runs: bool = False
    """Whether a record of two runs is found once, as the newer run wrote it."""
    remembers_generations: bool = True
    """Whether the sink can name the newest generation that it holds of a source."""
    is_incremental: bool = False
    """Whether the writers are ``IncrementalWriter``s."""

    def records(self) -> list[Record]:
        """Return what readers would find, sorted by key."""
        assert self.texts is not None, "this sink gives nothing back"
        return sorted(map(parse_record, self.texts()), key=lambda record: record.key)

    def names(self) -> list[str]:
        """Return the names of the tables and jobs that readers would find, sorted."""
        return sorted(getattr(record, "name", "") for record in self.records())
