"""The suite passes a sink that is right, and finds each thing that a sink can do wrong."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from glueline.contract.records import Record
from glueline_worker.sinks.json_text import to_json
from glueline_worker.sinks.model import Commit, CommitReport, Part, Receipt, Run, StoredEntry
from glueline_worker.sinks.testing import SINK_CASES, SinkPlace


class Store:
    """What survives a process: parts by run and unit, and committed generations by source."""

    def __init__(self) -> None:
        self.units: dict[tuple[str, str], list[Part]] = {}
        self.committed: dict[str, set[str]] = {}
        self.generations: dict[str, int] = {}
        self.newest: dict[str, str] = {}

    def texts(self) -> Iterator[str]:
        for (run_id, unit_id), parts in self.units.items():
            if unit_id in self.committed.get(run_id, ()):
                for part in parts:
                    yield from (to_json(record)[1].decode() for record in part.records)


class Right:
    """A sink in memory that does everything right; mutants change one step of it."""

    name = identity = "memory:"

    def __init__(self, store: Store) -> None:
        self.store = store

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def newest_generation(self, source: str) -> int:
        return self.store.generations.get(source, 0)

    async def begin(self, run: Run, unit_id: str) -> "RightWriter":
        return RightWriter(self, run, unit_id)

    def put(self, run: Run, unit_id: str, parts: list[Part]) -> None:
        self.store.units[run.run_id, unit_id] = parts

    def take(self, parts: Sequence[Part]) -> Sequence[Part]:
        return parts

    def find(self, run: Run) -> dict[str, Part]:
        before = self.store.newest.get(run.source)
        held = [parts for (of, _), parts in self.store.units.items() if of == before]
        return {part.key: part for parts in held for part in parts if part.fingerprint}

    def keep(self, kept: list[Part]) -> list[Part]:
        return kept

    def receipt(self, parts: list[Part]) -> Receipt:
        return {"parts": len(parts)}

    def drop(self, writer: "RightWriter") -> None:
        writer.parts = []

    async def commit(self, commit: Commit) -> CommitReport:
        run = commit.run
        self.store.committed.setdefault(run.run_id, set()).update(commit.receipts)
        newest = self.store.generations.get(run.source, 0)
        if run.generation >= newest:
            self.store.generations[run.source] = run.generation
            self.store.newest[run.source] = run.run_id
        return CommitReport()

    async def abort(self, run: Run, *, replayed: bool = False) -> None:
        committed = self.store.committed.get(run.run_id, set())
        for key in [key for key in self.store.units if key[0] == run.run_id]:
            if not (replayed and key[1] in committed):
                del self.store.units[key]


class RightWriter:
    def __init__(self, sink: Any, run: Run, unit_id: str) -> None:
        self.sink, self.run, self.unit_id = sink, run, unit_id
        self.parts: list[Part] = []

    async def write(self, records: Sequence[Record]) -> None:
        await self.write_parts([Part("", tuple(records), None)])

    async def write_parts(self, parts: Sequence[Part]) -> None:
        self.parts += self.sink.take(parts)

    async def find_stored_entries(
        self, kind: str, keys: Sequence[str]
    ) -> Mapping[str, StoredEntry]:
        found = self.sink.find(self.run)
        return {
            key: StoredEntry(found[key].fingerprint, {kind: len(found[key].records)})
            for key in keys
            if key in found
        }

    async def mark_unchanged(self, kind: str, fingerprints: Mapping[str, str]) -> None:
        found = self.sink.find(self.run)
        self.parts += self.sink.keep([found[key] for key in fingerprints])

    def shares_commit(self) -> bool:
        return False

    async def complete(self) -> Receipt:
        await asyncio.sleep(0)
        self.sink.put(self.run, self.unit_id, self.parts)
        return self.sink.receipt(self.parts)

    async def discard(self) -> None:
        self.sink.drop(self)


class LosesBatch(Right):
    """Keeps the last batch of a unit only."""

    def put(self, run: Run, unit_id: str, parts: list[Part]) -> None:
        super().put(run, unit_id, parts[-1:])


class ClearsAtOpen(Right):
    """Takes the units of other processes for remains of killed ones."""

    async def open(self) -> None:
        committed = self.store.committed
        self.store.units = {k: of for k, of in self.store.units.items() if k[0] in committed}


class ShowsHalfUnit(Right):
    """Stores a unit before it is complete, as if it had been."""

    async def begin(self, run: Run, unit_id: str) -> RightWriter:
        writer = await super().begin(run, unit_id)
        self.put(run, unit_id, writer.parts)
        return writer

    async def commit(self, commit: Commit) -> CommitReport:
        units = {unit for of, unit in self.store.units if of == commit.run.run_id}
        return await super().commit(replace(commit, receipts={key: {} for key in units}))


class IgnoresDiscard(Right):
    """Completes a unit that it shall discard."""

    def drop(self, writer: RightWriter) -> None:
        self.put(writer.run, writer.unit_id, writer.parts)
        self.store.committed.setdefault(writer.run.run_id, set()).add(writer.unit_id)


class DropsAtLateDiscard(Right):
    """Takes back a completed unit."""

    def drop(self, writer: RightWriter) -> None:
        self.store.units.pop((writer.run.run_id, writer.unit_id), None)


class RefusesSecondDiscard(Right):
    def drop(self, writer: RightWriter) -> None:
        del writer.parts


class ForgetsOnRepeat(Right):
    """Replaces the records of a run at its second commit by none."""

    async def commit(self, commit: Commit) -> CommitReport:
        if commit.run.run_id in self.store.committed:
            self.store.units = {
                key: parts for key, parts in self.store.units.items() if key[0] != commit.run.run_id
            }
        return await super().commit(commit)


class DoublesOnRepeat(Right):
    def put(self, run: Run, unit_id: str, parts: list[Part]) -> None:
        super().put(run, unit_id, self.store.units.get((run.run_id, unit_id), []) + parts)


class ReportsRepeatOtherwise(Right):
    async def commit(self, commit: Commit) -> CommitReport:
        times = len(self.store.committed.get(commit.run.run_id, ()))
        await super().commit(commit)
        return CommitReport(deleted=times)


class FoldsCase(Right):
    """Stores units as on a file system that ignores case."""

    def put(self, run: Run, unit_id: str, parts: list[Part]) -> None:
        self.store.committed.setdefault(run.run_id, set()).add(unit_id.lower())
        super().put(run, unit_id.lower(), parts)


class CutsNames(Right):
    def put(self, run: Run, unit_id: str, parts: list[Part]) -> None:
        self.store.committed.setdefault(run.run_id, set()).add(unit_id[:255])
        super().put(run, unit_id[:255], parts)


class DropsKind(Right):
    def take(self, parts: Sequence[Part]) -> Sequence[Part]:
        return [
            replace(part, records=tuple(r for r in part.records if r.kind != "lineage"))
            for part in parts
        ]


class AbortsAll(Right):
    async def abort(self, run: Run, *, replayed: bool = False) -> None:
        self.store.units.clear()


class AbortsNothing(Right):
    async def abort(self, run: Run, *, replayed: bool = False) -> None: ...


class AbortsReplayed(Right):
    """Removes what a run had committed before it was replayed."""

    async def abort(self, run: Run, *, replayed: bool = False) -> None:
        await super().abort(run)


class AbortFailsWithoutRecords(Right):
    async def abort(self, run: Run, *, replayed: bool = False) -> None:
        del self.store.units[next(key for key in self.store.units if key[0] == run.run_id)]


class RemembersLastGeneration(Right):
    """Takes the last run that was committed for the newest."""

    async def commit(self, commit: Commit) -> CommitReport:
        report = await super().commit(commit)
        self.store.generations[commit.run.source] = commit.run.generation
        return report


class MixesSources(Right):
    async def newest_generation(self, source: str) -> int:
        return max(self.store.generations.values(), default=0)


class RemembersNothing(Right):
    async def newest_generation(self, source: str) -> int:
        return 0


class ForgetsOldRun(Right):
    """Gives each run the room of the run before."""

    async def commit(self, commit: Commit) -> CommitReport:
        run_id = commit.run.run_id
        self.store.units = {key: of for key, of in self.store.units.items() if key[0] == run_id}
        return await super().commit(commit)


class OddReceipt(Right):
    def receipt(self, parts: list[Part]) -> Receipt:
        return {"parts": (len(parts),)}


class OwnName(Right):
    @property
    def name(self) -> str:  # type: ignore[override]
        return f"memory:{id(self)}"


class FindsPartsWithoutFingerprint(Right):
    def find(self, run: Run) -> dict[str, Part]:
        before = self.store.newest.get(run.source)
        held = [parts for (of, _), parts in self.store.units.items() if of == before]
        return {
            part.key: replace(part, fingerprint=part.fingerprint or "")
            for parts in held
            for part in parts
        }


class FindsOldParts(Right):
    """Says that a part is as the first run wrote it."""

    def find(self, run: Run) -> dict[str, Part]:
        held = reversed(self.store.units.values())
        return {part.key: part for parts in held for part in parts if part.fingerprint}


class FindsPartsOfOtherSources(Right):
    def find(self, run: Run) -> dict[str, Part]:
        found = super().find(run)
        parts = [part for parts in self.store.units.values() for part in parts]
        return found | {
            part.key.replace("default/", f"{run.source}/", 1): part
            for part in parts
            if part.fingerprint and run.source != "default"
        }


class TakesNothingOver(Right):
    def keep(self, kept: list[Part]) -> list[Part]:
        return []


class TakesOverWithoutFingerprint(Right):
    """An unchanged part is known to the next run, but to no later one."""

    def keep(self, kept: list[Part]) -> list[Part]:
        return [replace(part, fingerprint=None) for part in kept]


MUTANTS = {
    LosesBatch: "batches_add_up",
    ClearsAtOpen: "commit_by_another_process",
    ShowsHalfUnit: "unfinished_units",
    IgnoresDiscard: "unfinished_units",
    DropsAtLateDiscard: "discard_can_follow_anything",
    RefusesSecondDiscard: "discard_can_follow_anything",
    ForgetsOnRepeat: "commit_can_be_repeated",
    DoublesOnRepeat: "repeated_unit",
    ReportsRepeatOtherwise: "commit_can_be_repeated",
    FoldsCase: "odd_names",
    CutsNames: "odd_names",
    DropsKind: "kinds_are_stored_whole",
    AbortsAll: "abort_spares_other_runs",
    AbortsNothing: "abort_after_a_commit",
    AbortsReplayed: "abort_after_a_replay",
    AbortFailsWithoutRecords: "abort_can_be_repeated",
    RemembersLastGeneration: "newest_generation",
    MixesSources: "newest_generation",
    RemembersNothing: "newest_generation",
    ForgetsOldRun: "record_of_two_runs",
    OddReceipt: "kinds_are_stored_whole",
    OwnName: "name_and_identity",
    FindsPartsWithoutFingerprint: "stored_parts",
    FindsOldParts: "changed_parts",
    FindsPartsOfOtherSources: "parts_of_other_sources",
    TakesNothingOver: "unchanged_parts",
    TakesOverWithoutFingerprint: "unchanged_parts",
}
"""Sinks with one fault each, and a case that finds it."""

LIES = {
    "replaces": "repeated_unit",
    "hides_unfinished": "unfinished_units",
    "removes_cancelled": "abort_spares_other_runs",
    "merges_runs": "record_of_two_runs",
    "remembers_generations": "newest_generation",
    "is_incremental": "is_incremental",
}
"""Abilities that a place can declare wrongly, and a case that finds it."""


def place_of(sink_type: type[Right]) -> SinkPlace:
    store = Store()
    return SinkPlace(lambda: sink_type(store), store.texts, is_incremental=True)


def failures(make_place: Any) -> dict[str, Exception]:
    found: dict[str, Exception] = {}
    for case in SINK_CASES:
        place = make_place()
        if not case.not_applicable_reason(place):
            try:
                asyncio.run(case.run(place))
            except Exception as error:  # noqa: BLE001 - a mutant fails as it likes
                found[case.name] = error
    return found


def test_a_sink_that_is_right_passes():
    assert failures(lambda: place_of(Right)) == {}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_each_fault_is_found(mutant: type[Right]):
    assert MUTANTS[mutant] in failures(lambda: place_of(mutant))


@pytest.mark.parametrize("ability", LIES)
def test_a_sink_that_declares_what_it_is_not_fails(ability: str):
    def lying() -> SinkPlace:
        honest = place_of(Right)
        return replace(honest, **{ability: not getattr(honest, ability)})

    assert LIES[ability] in failures(lying)


def test_each_ability_that_a_place_declares_is_tested():
    abilities = {name for name in SinkPlace.__annotations__ if name not in ("make", "texts")}
    assert abilities == LIES.keys()


def test_a_failed_case_shows_what_it_compared():
    found = failures(lambda: place_of(LosesBatch))["batches_add_up"]
    assert "['b'] == ['a', 'b'" in str(found)


def test_a_sink_that_gives_nothing_back_is_tested_by_what_remains():
    def blind(sink_type: type[Right]) -> Any:
        return lambda: replace(place_of(sink_type), texts=None)

    assert failures(blind(Right)) == {}
    for mutant in (RefusesSecondDiscard, AbortFailsWithoutRecords, RemembersNothing, OwnName):
        assert failures(blind(mutant))
