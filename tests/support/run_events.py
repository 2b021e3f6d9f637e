"""Events of runs as openlineage-python writes them."""

import json
from collections.abc import Sequence
from typing import Any

from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import column_lineage_dataset, parent_run, symlinks_dataset
from openlineage.client.serde import Serde

GLUE = "arn:aws:glue:eu-west-1:123456789012"
RUN = "0195f3a1-0000-7000-8000-000000000001"
PARENT = "0195f3a1-0000-7000-8000-00000000000f"
_InputField = column_lineage_dataset.InputField
_Transformation = column_lineage_dataset.Transformation


def run_event(
    kind: str,
    second: int,
    inputs: Sequence[InputDataset] = (),
    outputs: Sequence[OutputDataset] = (),
    *,
    job: str = "nightly",
    run_id: str = RUN,
    parent: str | None = None,
    facets: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return an event of the run; ``facets`` are added as they are, for those of Spark."""
    of_run: dict[str, Any] = {}
    if parent:
        of_run["parent"] = parent_run.ParentRunFacet(
            run=parent_run.Run(runId=PARENT), job=parent_run.Job(namespace="glue", name=parent)
        )
    event = RunEvent(
        eventType=RunState[kind],
        eventTime=f"2026-03-01T10:00:{second:02}.500Z",
        run=Run(runId=run_id, facets=of_run),
        job=Job(namespace="glue", name=job),
        producer="https://example.com/spark",
        inputs=[*inputs],
        outputs=[*outputs],
    )
    document: dict[str, Any] = json.loads(Serde.to_json(event))
    document["run"].setdefault("facets", {}).update(facets or {})
    return document


def table_input(name: str) -> InputDataset:
    """Return a table of Glue, in the case that the library is given."""
    return InputDataset(namespace=GLUE, name=f"table/{name}")


def path_output(
    bucket: str,
    key: str,
    table: str | None = None,
    columns: dict[str, Sequence[tuple[str, str, str, str]]] | None = None,
) -> OutputDataset:
    """Return a path with its table as symlink, and columns from (table, column, type, subtype)."""
    facets: dict[str, Any] = {}
    if table:
        identifier = symlinks_dataset.Identifier(GLUE, f"table/{table}", "TABLE")
        facets["symlinks"] = symlinks_dataset.SymlinksDatasetFacet(identifiers=[identifier])
    if columns:
        facets["columnLineage"] = column_lineage_dataset.ColumnLineageDatasetFacet(
            fields={
                column: column_lineage_dataset.Fields(
                    inputFields=[
                        _InputField(
                            GLUE,
                            f"table/{of_table}",
                            field,
                            [_Transformation(type=way, subtype=subtype)],
                        )
                        for of_table, field, way, subtype in sources
                    ]
                )
                for column, sources in columns.items()
            }
        )
    return OutputDataset(namespace=f"s3://{bucket}", name=key, facets=facets)
