"""Cut a large database into ranges of names that are listed in parallel.

A listing is a chain of tokens: 200,000 tables are 2,000 calls one after the other. Ranges are
chains of their own if the endpoint serves them as such. That is tried first, because some
endpoints refuse the expression, ignore it, or look through all tables for each range.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from glueline.contract.messages import NameRange
from glueline_worker.aws.errors import AwsNotFound, AwsRefused
from glueline_worker.aws.glue import TABLES_A_PAGE, Glue
from glueline_worker.units.name_ranges import cut_range, is_in_range, make_pattern

_ENOUGH_RANGES = 48
"""The cutting ends with this many ranges of more than a page."""
_MOST_PROBES = 400
_PROBES_AT_ONCE = 16


class RangesUnsupported(Exception):
    """The endpoint does not list by ranges; the text is a reason that follows "because"."""


@dataclass(frozen=True, slots=True)
class ProbedRange:
    """A range and the names on its first page."""

    part: NameRange
    names: Sequence[str]
    is_all: bool


class RangeSplitter:
    """Cuts one database into ranges. ``known`` are names from a plain listing."""

    def __init__(self, glue: Glue, database: str, known: Collection[str]) -> None:
        """Ask ``glue`` about ``database``."""
        self._glue = glue
        self._database = database
        self._known = known
        self._probes = 0
        self._turn = asyncio.Semaphore(_PROBES_AT_ONCE)

    async def split(self, whole: NameRange) -> list[ProbedRange]:
        """Return disjoint ranges that make up ``whole``; raises RangesUnsupported."""
        names = [name for name in self._known if is_in_range(whole, name)]
        await self._probe_all(_choose_probe_ranges(names))
        done: list[ProbedRange] = []
        large = [ProbedRange(whole, names, is_all=False)]
        while large and len(large) < _ENOUGH_RANGES and self._probes < _MOST_PROBES:
            cuts = await self._probe_all(piece for each in large for piece in self._cut(each))
            done += [each for each in cuts if each.is_all]
            before, large = large, [each for each in cuts if not each.is_all]
            if {each.part for each in large} <= {each.part for each in before}:
                break
        if len(done) + len(large) == 1:
            raise RangesUnsupported("the names offer no place to cut")
        return [*done, *large]

    def _cut(self, large: ProbedRange) -> list[NameRange]:
        known = (name for name in self._known if is_in_range(large.part, name))
        return cut_range(large.part, {*large.names, *known})

    async def _probe_all(self, parts: Iterable[NameRange]) -> list[ProbedRange]:
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._probe(part)) for part in parts]
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None  # one reason is enough
        return [task.result() for task in tasks]

    async def _probe(self, part: NameRange) -> ProbedRange:
        self._probes += 1
        pages = self._glue.list_tables(
            self._database, expression=make_pattern(part), names_only=True
        )
        async with self._turn:
            try:
                page = await anext(pages)
            except (AwsRefused, AwsNotFound) as error:
                raise RangesUnsupported(f"a range of names was refused ({error})") from None
        names = [table.name for table in page.items]
        if page.token and len(names) < TABLES_A_PAGE:
            raise RangesUnsupported("the endpoint looks through all tables for each range of names")
        if not all(is_in_range(part, name) for name in names):
            raise RangesUnsupported("the endpoint answered with names outside the range asked for")
        if not page.token and not {n for n in self._known if is_in_range(part, n)} <= set(names):
            raise RangesUnsupported("the endpoint left out names of the range asked for")
        return ProbedRange(part, names, is_all=page.token is None)


def _choose_probe_ranges(names: Sequence[str]) -> list[NameRange]:
    """Choose ranges with known names, to find out whether the endpoint understands expressions.

    The names are the shortest, the longest and those with the rarest characters.
    """
    oddest = sorted(names, key=lambda name: (name.isascii(), name.isidentifier(), name))
    chosen = {min(names, key=len), max(names, key=len), *oddest[:2]}
    ranges: list[NameRange] = []
    for name in chosen:
        parts = cut_range(NameRange(), [name])
        # The name alone, and all names that differ from it in the last character.
        ranges += parts[-2:]
    return list(dict.fromkeys(ranges))
