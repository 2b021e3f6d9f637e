"""Read OpenLineage's run events: the names of their datasets and jobs become ours."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta, Struct

from glueline.contract.errors import UsageError
from glueline.contract.lineage import ColumnEdge, Dataset, Effect, IndirectEdge, Transformation
from glueline.contract.observed import (
    ENDINGS,
    SUCCESS,
    ColumnFlow,
    DatasetAlias,
    ObservedRun,
    unite_flows,
    unite_values,
)
from glueline.contract.structs import encode_json
from glueline_worker.lineage.naming import name_s3_path, parse_table_arn
from glueline_worker.redact import redact_url

_TYPES = ENDINGS | {"START", "RUNNING", "OTHER"}
_GLUE = re.compile(r"arn:aws[\w-]*:glue:", re.IGNORECASE)
_S3 = re.compile(r"s3[an]?://", re.IGNORECASE)
_USER = re.compile(r"(?<!abfs)(?<!abfss)(?<!wasb)(?<!wasbs)(://)[^/@]*@")
_TRANSFORMATIONS: dict[str, Transformation] = {name: name for name in get_args(Transformation)}
_EFFECTS: dict[str, Effect] = {name: name for name in get_args(Effect)}
_OLD_TYPES: dict[str, Transformation] = {"IDENTITY": "identity", "MASKED": "masking"}
_GLUE_JOB = "spark.glue.JOB_NAME"
"""The property of Spark in which Glue names the job; several facets show Spark's properties."""


class _Run(Struct):
    run_id: Annotated[str, Meta(min_length=1)] = msgspec.field(name="runId")
    facets: dict[str, Any] | None = None


class _Job(Struct):
    namespace: str
    name: Annotated[str, Meta(min_length=1)]


class _EventDataset(Struct):
    namespace: str
    name: str
    facets: dict[str, Any] | None = None


class _RunEvent(Struct):
    event_time: Annotated[datetime, Meta(tz=True)] = msgspec.field(name="eventTime")
    run: _Run
    job: _Job
    event_type: str | None = msgspec.field(name="eventType", default=None)
    producer: str = ""
    inputs: list[_EventDataset] | None = None
    outputs: list[_EventDataset] | None = None


class _Way(Struct):
    type: str
    subtype: str | None = None
    masking: bool | None = None


class _InputField(Struct):
    namespace: str
    name: str
    field: str
    transformations: list[_Way] | None = None


class _OutputField(Struct):
    input_fields: list[_InputField] = msgspec.field(name="inputFields", default_factory=list)
    transformation_type: str | None = msgspec.field(name="transformationType", default=None)


class _ColumnFacet(Struct):
    fields: dict[str, _OutputField] = {}
    dataset: list[_InputField] | None = None


class _Identifier(Struct):
    namespace: str
    name: str


class _Symlinks(Struct):
    identifiers: list[_Identifier] = []


def read_event(event: object) -> ObservedRun | None:
    """Return what an event says about a run; None for one that is about no run.

    Raises UsageError for what is no event.
    """
    if not isinstance(event, dict):
        raise UsageError("an OpenLineage event is a JSON object")
    if "run" not in event and {"job", "dataset"} & event.keys():
        return None  # a JobEvent or DatasetEvent, which no run has said
    try:
        run = _make_run(msgspec.convert(event, _RunEvent))
    except msgspec.ValidationError as error:
        raise UsageError(f"this is no OpenLineage run event: {error}") from None
    if b"\\u0000" in encode_json(run):  # PostgreSQL has no such text
        raise UsageError("an OpenLineage event has a NUL character in a name")
    return run


@lru_cache(maxsize=10_000)
def name_event_dataset(namespace: str, name: str) -> Dataset:
    """Name a dataset of an event as we do: Glue's names in lower case, no slashes around keys."""
    if _GLUE.match(namespace):
        table = parse_table_arn(f"{namespace.strip().rstrip('/')}:{name.strip('/')}")
        return table or Dataset(namespace=namespace, name=name)
    if _S3.match(namespace):
        return name_s3_path(f"{namespace.rstrip('/')}/{name.lstrip('/')}")
    return Dataset(namespace=_USER.sub(r"\1", redact_url(namespace)), name=redact_url(name))


def _make_run(event: _RunEvent) -> ObservedRun:
    kind = (event.event_type or "OTHER").upper()
    if kind not in _TYPES:
        raise UsageError(f"an OpenLineage event has no type {event.event_type!r}")
    inputs, outputs = event.inputs or [], event.outputs or []
    facets = event.run.facets or {}
    moment, is_end = event.event_time, kind in ENDINGS
    return ObservedRun(
        run_id=event.run.run_id,
        job_namespace=event.job.namespace,
        job_name=event.job.name,
        first_event_at=moment,
        last_event_at=moment,
        ended_at=moment if is_end else None,
        end=kind if is_end else None,
        succeeded_at=moment if kind == SUCCESS else None,
        producers=(event.producer,) if event.producer else (),
        glue_jobs=unite_values([*_find_texts(facets, _GLUE_JOB)]),
        parents=unite_values([*_find_parents(facets.get("parent"))]),
        inputs=unite_values([_name(dataset) for dataset in inputs]),
        outputs=unite_values([_name(dataset) for dataset in outputs]),
        described=unite_values([_name(each) for each in outputs if _has_columns(each)]),
        flows=unite_flows(flow for dataset in outputs for flow in _read_columns(dataset)),
        aliases=unite_values(
            [alias for each in (*inputs, *outputs) for alias in _read_aliases(each)]
        ),
    )


def _name(dataset: _EventDataset) -> Dataset:
    return name_event_dataset(dataset.namespace, dataset.name)


def _find_texts(value: object, key: str) -> Iterator[str]:
    """Yield the texts that stand below ``key`` in the facets of a run."""
    if isinstance(value, Mapping):
        if isinstance(text := value.get(key), str) and text:
            yield text
        for inner in value.values():
            yield from _find_texts(inner, key)


def _find_parents(parent: object) -> Iterator[str]:
    """Yield the names of the jobs that the facet ``parent`` has: the parent and the root."""
    for facet in (parent, parent.get("root") if isinstance(parent, Mapping) else None):
        job = facet.get("job") if isinstance(facet, Mapping) else None
        name = job.get("name") if isinstance(job, Mapping) else None
        if isinstance(name, str) and name:
            yield name


def _has_columns(dataset: _EventDataset) -> bool:
    facet = (dataset.facets or {}).get("columnLineage")
    return isinstance(facet, dict) and bool(facet.get("fields"))


def _read_aliases(dataset: _EventDataset) -> Iterator[DatasetAlias]:
    symlinks = msgspec.convert((dataset.facets or {}).get("symlinks") or {}, _Symlinks)
    for other in symlinks.identifiers:
        table = name_event_dataset(other.namespace, other.name)
        if _GLUE.match(table.namespace) and table != _name(dataset):
            yield DatasetAlias(dataset=_name(dataset), table=table)


def _read_columns(dataset: _EventDataset) -> Iterator[ColumnFlow]:
    facet = msgspec.convert((dataset.facets or {}).get("columnLineage") or {}, _ColumnFacet)
    downstream = _name(dataset)
    for column, described in facet.fields.items():
        for source in described.input_fields:
            yield _make_flow(source, downstream, column, described.transformation_type)
    for source in facet.dataset or ():
        yield _make_flow(source, downstream, None, None)


def _make_flow(
    source: _InputField, downstream: Dataset, column: str | None, old_type: str | None
) -> ColumnFlow:
    """Return the flow from a column. Facets before 1-1-0 have a type for the whole output field."""
    ways = source.transformations or []
    direct = [_read_transformation(way) for way in ways if way.type.upper() == "DIRECT"]
    if not ways:
        direct = [_OLD_TYPES.get((old_type or "").upper())]
    effects = [(way.subtype or "").lower() for way in ways if way.type.upper() == "INDIRECT"]
    return ColumnFlow(
        upstream=name_event_dataset(source.namespace, source.name),
        downstream=downstream,
        columns=tuple(
            ColumnEdge(upstream=source.field, downstream=column, transformation=how)
            for how in direct
            if column is not None
        ),
        indirect=tuple(
            IndirectEdge(upstream=source.field, downstream=column, effect=_EFFECTS[effect])
            for effect in effects
            if effect in _EFFECTS
        ),
    )


def _read_transformation(way: _Way) -> Transformation | None:
    if way.masking:
        return "masking"
    return _TRANSFORMATIONS.get((way.subtype or "").lower())
