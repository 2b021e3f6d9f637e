"""Lineage: datasets with OpenLineage's names, and the edges between them."""

from enum import StrEnum

from glueline.contract.model import StrictModel


class Origin(StrEnum):
    """The description of a job that an edge was read from."""

    VISUAL = "visual"
    """``CodeGenConfigurationNodes``, the graph of Glue Studio."""
    DATAFLOW = "dataflow"
    """``GetDataflowGraph``, which reads the script's annotations."""
    SCRIPT = "script"
    """The script's own code."""
    SQL = "sql"
    """SQL text, in a script or a view."""
    CATALOG = "catalog"
    """The catalogue itself: a table on its storage, a resource link on its target."""


class Dataset(StrictModel):
    """A dataset by OpenLineage's ``namespace`` and ``name``; placeholders in braces are unknown."""

    namespace: str
    name: str


class ColumnEdge(StrictModel):
    """One column of the upstream dataset flows into one column of the downstream dataset."""

    upstream: str
    downstream: str
    transformation: str | None = None
