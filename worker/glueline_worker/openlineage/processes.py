"""The names of processes as OpenLineage's jobs, and the ids of their runs."""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote
from uuid import NAMESPACE_URL, UUID, uuid5

from glueline.contract.lineage import Dataset
from glueline.contract.structs import encode_json
from glueline_worker.lineage.naming.aws import make_namespace
from glueline_worker.openlineage.flows import EventFlow

_IDS = uuid5(NAMESPACE_URL, "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent")


class Process(NamedTuple):
    """The name of a job in OpenLineage."""

    namespace: str
    """The start of its ARN, as in the names of Glue's tables, unless an option names another."""
    name: str
    """``job/<name>``, ``view/<database>/<name>`` or ``table/<database>/<name>``."""

    def name_flow(self, flow: EventFlow) -> "Process":
        """Return the name of one flow of a job that has several."""
        end = (flow.outputs or flow.inputs)[0]
        direction = "" if flow.outputs else "from "
        return self._replace(name=f"{self.name}.{direction}{_shorten(end)}")

    def number(self, position: int) -> "Process":
        """Return a name of its own for one of several events with the same name."""
        return self._replace(name=f"{self.name}.{position}") if position > 1 else self


def make_process(
    process: str, region: str, catalog_id: str | None, namespace: str | None
) -> Process:
    """Name the process of an edge; its ``process`` has percent-encoded parts."""
    parts = (unquote(part).replace("%", "%25").replace("/", "%2F") for part in process.split("/"))
    return Process(namespace or make_namespace("glue", region, catalog_id), "/".join(parts))


def make_run_id(process: Process, flows: Iterable[EventFlow]) -> UUID:
    """Return an id that is the same while the process and its flows are."""
    digest = hashlib.sha256(encode_json([process, *map(_list_content, flows)])).hexdigest()
    return uuid5(_IDS, digest)


def _list_content(flow: EventFlow) -> list[object]:
    edges = [[edge.upstream, edge.downstream, edge.columns, edge.indirect] for edge in flow.edges]
    return [flow.inputs, flow.outputs, edges]


def _shorten(dataset: Dataset) -> str:
    """Return the name of a dataset without the namespace of a catalogue."""
    is_glue = ":glue:" in dataset.namespace
    return dataset.name if is_glue else f"{dataset.namespace}/{dataset.name}".rstrip("/")
