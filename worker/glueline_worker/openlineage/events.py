"""Make OpenLineage events of records: pure, without input or output."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import orjson
from openlineage.client.event_v2 import (
    DatasetEvent,
    InputDataset,
    Job,
    JobEvent,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
    StaticDataset,
)
from openlineage.client.generated import parent_run
from openlineage.client.serde import Serde

from glueline.contract.lineage import Dataset
from glueline.contract.messages import encode
from glueline.contract.records import JobRecord, LineageRecord, Record, TableRecord
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming.aws import name_catalog_table
from glueline_worker.openlineage.column_facets import make_column_facet, make_job_lineage
from glueline_worker.openlineage.flows import EventFlow, make_flows
from glueline_worker.openlineage.processes import Process, make_process, make_run_id
from glueline_worker.openlineage.record_facets import (
    make_job_facets,
    make_table_facets,
    make_view_facets,
)
from glueline_worker.sinks.json_text import to_plain_text

PRODUCER = "https://pypi.org/project/glueline-worker"

_MARGIN = 8
"""An event is not measured whose estimated bytes are this many times below the limit."""
_BYTES_OF_LINK = 400
"""An estimate for an edge or a pair of columns in an event, without the names of the datasets."""

AnyEvent = RunEvent | JobEvent | DatasetEvent


@dataclass(frozen=True, slots=True)
class EventOptions:
    """The choices that the URL of a sink makes."""

    namespace: str | None = None
    """The namespace of jobs; None for the start of their ARNs."""
    is_static: bool = False
    """Whether jobs and tables without lineage have events too."""
    max_links: int = 1000
    """Pairs of an input and an output in an event."""
    max_bytes: int = 5_000_000
    """Bytes of an event as JSON."""


@dataclass
class _Subject:
    """A process with all that is known of it."""

    region: str
    catalog_id: str | None
    record: JobRecord | TableRecord | None = None
    edges: list[LineageRecord] = field(default_factory=list)


def make_events(
    records: Iterable[Record], options: EventOptions, time: datetime
) -> Iterator[AnyEvent]:
    """Yield the events of the jobs, views and links among ``records``.

    The records of one process must come in one call. ``time`` is that of the run that read them.
    """
    moment = time.astimezone(UTC).isoformat()
    for name, subject in _collect(records).items():
        yield from _Maker(name, subject, options, moment).make()


def encode_event(event: AnyEvent) -> bytes:
    """Return the event as JSON on one line. Characters that JSON cannot hold become U+FFFD."""
    document = Serde.to_dict(event)
    try:
        return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # half a surrogate pair
        return orjson.dumps(to_plain_text(document), option=orjson.OPT_SORT_KEYS)


def _collect(records: Iterable[Record]) -> dict[str, _Subject]:
    subjects: dict[str, _Subject] = {}
    for record in records:
        match record:
            case JobRecord():
                name = f"job/{encode(record.name)}"
            case TableRecord():
                kind = "view" if record.views else "table"
                name = f"{kind}/{encode(record.database_name)}/{encode(record.name)}"
            case LineageRecord():
                name = record.process
            case _:
                continue
        subject = subjects.setdefault(name, _Subject(record.region, record.catalog_id))
        if isinstance(record, LineageRecord):
            subject.edges.append(record)
        else:
            subject.record = record
    return subjects


class _Maker:
    """Makes the events of one process."""

    def __init__(self, name: str, subject: _Subject, options: EventOptions, moment: str) -> None:
        self._subject = subject
        self._options = options
        self._moment = moment
        place = subject.region, subject.catalog_id
        self._process = make_process(name, *place, options.namespace)
        self._is_job = name.startswith("job/")
        self._table: Dataset | None = None
        if isinstance(subject.record, TableRecord):
            context = LineageContext(region=subject.region, account=subject.catalog_id)
            table = subject.record
            self._table = name_catalog_table(table.database_name, table.name, context)

    def make(self) -> Iterator[AnyEvent]:
        record = self._subject.record
        ends = (record.inputs, record.outputs) if isinstance(record, JobRecord) else ((), ())
        flows = make_flows(self._subject.edges, *ends)
        yield from self._make_runs(flows)
        if self._options.is_static:
            if isinstance(record, JobRecord) and not flows:
                yield JobEvent(
                    eventTime=self._moment, producer=PRODUCER, job=self._job(self._process)
                )
            if isinstance(record, TableRecord) and self._table:
                table = StaticDataset(
                    namespace=self._table.namespace,
                    name=self._table.name,
                    facets=make_table_facets(record),
                )
                yield DatasetEvent(eventTime=self._moment, producer=PRODUCER, dataset=table)

    def _make_runs(self, flows: Sequence[EventFlow]) -> Iterator[RunEvent]:
        pieces = [piece for flow in flows for piece in self._fit(flow)]
        parent = self._make_parent(flows) if len(pieces) > 1 else {}
        names = dict[Process, int]()
        for piece in pieces:
            process = self._process.name_flow(piece) if parent else self._process
            names[process] = names.get(process, 0) + 1
            yield self._make_run(process.number(names[process]), piece, parent)

    def _fit(self, flow: EventFlow) -> Iterator[EventFlow]:
        """Yield the flow, or parts of it that are small enough each, as far as that can be."""
        halves = flow.halve() if self._is_large(flow) else None
        if halves is None:
            yield flow
            return
        for half in halves:
            yield from self._fit(half)

    def _is_large(self, flow: EventFlow) -> bool:
        if flow.links > self._options.max_links:
            return True
        if _estimate_bytes(flow) * _MARGIN < self._options.max_bytes:
            return False  # far from the limit, and an event takes long to encode
        event = self._make_run(self._process, flow, self._make_parent([flow]))
        return len(encode_event(event)) > self._options.max_bytes

    def _make_run(self, process: Process, flow: EventFlow, parent: dict[str, Any]) -> RunEvent:
        run_id = str(make_run_id(process, [flow]))
        return RunEvent(
            eventTime=self._moment,
            eventType=RunState.COMPLETE,
            producer=PRODUCER,
            run=Run(runId=run_id, facets=parent),
            job=self._job(process, flow),
            inputs=[
                InputDataset(each.namespace, each.name, facets=self._find_facets(each))
                for each in flow.inputs
            ],
            outputs=[self._make_output(each, flow) for each in flow.outputs],
        )

    def _make_output(self, dataset: Dataset, flow: EventFlow) -> OutputDataset:
        edges = [edge for edge in flow.edges if edge.downstream == dataset]
        facets = self._find_facets(dataset) | make_column_facet(edges)
        return OutputDataset(dataset.namespace, dataset.name, facets=facets)

    def _find_facets(self, dataset: Dataset) -> dict[str, Any]:
        record = self._subject.record
        if dataset == self._table and isinstance(record, TableRecord):
            return make_table_facets(record)
        return {}

    def _job(self, process: Process, flow: EventFlow | None = None) -> Job:
        record = self._subject.record
        if self._is_job:
            facets = make_job_facets(record if isinstance(record, JobRecord) else None)
        else:
            facets = make_view_facets(record if isinstance(record, TableRecord) else None)
        if flow is not None and flow.edges:
            by_output = groupby(flow.edges, key=lambda edge: edge.downstream)
            facets["lineage"] = make_job_lineage({output: list(each) for output, each in by_output})
        return Job(process.namespace, process.name, facets=facets)

    def _make_parent(self, flows: Sequence[EventFlow]) -> dict[str, Any]:
        """Return the facet that names the whole job beside one of its flows."""
        run_id, (namespace, name) = str(make_run_id(self._process, flows)), self._process
        root = parent_run.Root(
            run=parent_run.RootRun(runId=run_id),
            job=parent_run.RootJob(namespace=namespace, name=name),
        )
        return {
            "parent": parent_run.ParentRunFacet(
                run=parent_run.Run(runId=run_id),
                job=parent_run.Job(namespace=namespace, name=name),
                root=root,
            )
        }


def _estimate_bytes(flow: EventFlow) -> int:
    """Estimate the bytes of an event, in which each column repeats the name of its dataset."""
    total = sum(map(_measure_name, (*flow.inputs, *flow.outputs)))
    for edge in flow.edges:
        times = 1 + len(edge.columns) + len(edge.indirect)
        total += times * (_BYTES_OF_LINK + _measure_name(edge.upstream))
    return total


def _measure_name(dataset: Dataset) -> int:
    return len(dataset.namespace) + len(dataset.name)
