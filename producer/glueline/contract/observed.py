"""Lineage that runs of jobs have reported, put together from OpenLineage's events.

Events come late, twice and in any order. ``merge_runs`` gives the same result for every order and
repetition, so a source of events may deliver each one as often as it likes.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from glueline.contract.errors import UsageError
from glueline.contract.lineage import ColumnEdge, Dataset, IndirectEdge
from glueline.contract.structs import StrictStruct, encode_json

_Value = TypeVar("_Value")
SUCCESS = "COMPLETE"
"""The event type of a run that ended well."""
_MOST_PAIRS = 100_000
"""The pairs of an input and an output that one run may have."""
ENDINGS = frozenset({SUCCESS, "FAIL", "ABORT"})


class ColumnFlow(StrictStruct, frozen=True, kw_only=True):
    """Columns of one dataset that become part of another, or decide about it, in a run."""

    upstream: Dataset
    downstream: Dataset
    columns: tuple[ColumnEdge, ...] = ()
    indirect: tuple[IndirectEdge, ...] = ()


class DatasetAlias(StrictStruct, frozen=True, kw_only=True):
    """A dataset whose event says that it is also a table of the Data Catalog."""

    dataset: Dataset
    table: Dataset


class ObservedRun(StrictStruct, frozen=True, kw_only=True):
    """All that the events of one run have said so far.

    ``glue_jobs`` are names of Glue jobs that the run's own facets give; ``parents`` are the jobs
    that started it. ``ended_at`` and ``end`` are of the last event that ended the run.
    """

    run_id: str
    job_namespace: str
    job_name: str
    first_event_at: datetime
    last_event_at: datetime
    ended_at: datetime | None = None
    end: str | None = None
    succeeded_at: datetime | None = None
    producers: tuple[str, ...] = ()
    glue_jobs: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    inputs: tuple[Dataset, ...] = ()
    outputs: tuple[Dataset, ...] = ()
    described: tuple[Dataset, ...] = ()
    """The outputs whose columns an event has described."""
    flows: tuple[ColumnFlow, ...] = ()
    aliases: tuple[DatasetAlias, ...] = ()

    @property
    def identity(self) -> tuple[str, str, str]:
        """Namespace and name of the job, and the id of the run."""
        return self.job_namespace, self.job_name, self.run_id


class ObservedEdge(StrictStruct, frozen=True, kw_only=True):
    """An edge of a run. The aliases are the names that its events use for the two datasets."""

    upstream: Dataset
    downstream: Dataset
    columns: tuple[ColumnEdge, ...] = ()
    indirect: tuple[IndirectEdge, ...] = ()
    upstream_aliases: tuple[Dataset, ...] = ()
    downstream_aliases: tuple[Dataset, ...] = ()


def merge_runs(one: ObservedRun, other: ObservedRun) -> ObservedRun:
    """Return what both say about the same run."""
    ended_at, end = max(
        ((run.ended_at, run.end) for run in (one, other) if run.ended_at and run.end),
        default=(None, None),
    )
    successes = [run.succeeded_at for run in (one, other) if run.succeeded_at]
    return replace(
        one,
        first_event_at=min(one.first_event_at, other.first_event_at),
        last_event_at=max(one.last_event_at, other.last_event_at),
        ended_at=ended_at,
        end=end,
        succeeded_at=max(successes, default=None),
        producers=unite_values(one.producers, other.producers),
        glue_jobs=unite_values(one.glue_jobs, other.glue_jobs),
        parents=unite_values(one.parents, other.parents),
        inputs=unite_values(one.inputs, other.inputs),
        outputs=unite_values(one.outputs, other.outputs),
        described=unite_values(one.described, other.described),
        flows=unite_flows((*one.flows, *other.flows)),
        aliases=unite_values(one.aliases, other.aliases),
    )


def merge_same_runs(runs: Iterable[ObservedRun]) -> list[ObservedRun]:
    """Return one run for each identity."""
    found: dict[tuple[str, str, str], ObservedRun] = {}
    for run in runs:
        known = found.get(run.identity)
        found[run.identity] = merge_runs(known, run) if known else run
    return [*found.values()]


def unite_flows(flows: Iterable[ColumnFlow]) -> tuple[ColumnFlow, ...]:
    """Return one flow for each pair of datasets, sorted."""
    found: dict[tuple[Dataset, Dataset], list[ColumnFlow]] = {}
    for flow in flows:
        found.setdefault((flow.upstream, flow.downstream), []).append(flow)
    united = (
        ColumnFlow(
            upstream=upstream,
            downstream=downstream,
            columns=unite_values(*(flow.columns for flow in same)),
            indirect=unite_values(*(flow.indirect for flow in same)),
        )
        for (upstream, downstream), same in found.items()
    )
    return tuple(sorted(united, key=encode_json))


def list_edges(run: ObservedRun) -> list[ObservedEdge]:
    """Return the edges of a run.

    An output comes from the inputs that the description of its columns names. Without one, or if
    it is the only output, it comes from all inputs, which is how OpenLineage's events are read.
    Raises UsageError for a run with too many.
    """
    if len(run.inputs) * len(run.outputs) > _MOST_PAIRS:
        raise UsageError(
            f"the run {run.run_id!r} of {run.job_name!r} has {len(run.inputs):,} inputs and "
            f"{len(run.outputs):,} outputs, which are more than {_MOST_PAIRS:,} edges"
        )
    flows = {(flow.upstream, flow.downstream): flow for flow in run.flows}
    pairs = dict.fromkeys((*flows, *_pair_datasets(run)))
    tables = _choose_tables(run.aliases)
    found: dict[tuple[Dataset, Dataset], list[ColumnFlow]] = {}
    for pair in pairs:
        flow = flows.get(pair) or ColumnFlow(upstream=pair[0], downstream=pair[1])
        ends = tables.get(pair[0], pair[0]), tables.get(pair[1], pair[1])
        found.setdefault(ends, []).append(flow)
    return [
        ObservedEdge(
            upstream=upstream,
            downstream=downstream,
            columns=unite_values(*(flow.columns for flow in same)),
            indirect=unite_values(*(flow.indirect for flow in same)),
            upstream_aliases=unite_values(
                tuple(f.upstream for f in same if f.upstream != upstream)
            ),
            downstream_aliases=unite_values(
                tuple(f.downstream for f in same if f.downstream != downstream)
            ),
        )
        for (upstream, downstream), same in found.items()
    ]


def _pair_datasets(run: ObservedRun) -> Iterator[tuple[Dataset, Dataset]]:
    for output in run.outputs:
        if len(run.outputs) == 1 or output not in run.described:
            yield from ((source, output) for source in run.inputs)


def _choose_tables(aliases: Iterable[DatasetAlias]) -> dict[Dataset, Dataset]:
    """Return the table of each dataset that has one; with several tables, none is chosen."""
    tables: dict[Dataset, set[Dataset]] = {}
    for alias in aliases:
        tables.setdefault(alias.dataset, set()).add(alias.table)
    return {dataset: found.pop() for dataset, found in tables.items() if len(found) == 1}


def unite_values(*values: Sequence[_Value]) -> tuple[_Value, ...]:
    """Return the values of all, each once, in an order that does not depend on theirs."""
    found = {value for each in values for value in each}
    return tuple(sorted(found, key=encode_json) if len(found) > 1 else found)
