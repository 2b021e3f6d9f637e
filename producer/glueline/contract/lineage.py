"""Lineage: datasets with OpenLineage's names, and the edges between them."""

from enum import StrEnum
from typing import Literal

from glueline.contract.structs import StrictStruct


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


class Dataset(StrictStruct, frozen=True, kw_only=True):
    """A dataset by OpenLineage's ``namespace`` and ``name``; placeholders in braces are unknown."""

    namespace: str
    name: str


Transformation = Literal["identity", "transformation", "aggregation", "masking"]
"""The way from one column to another, as OpenLineage's column lineage facet names it: the value
itself, one computed from it, one of many rows, or one that hides it (a hash)."""

Effect = Literal["join", "filter", "group_by", "sort", "window", "conditional"]
"""The way in which a column decides about others whose values it is no part of, as OpenLineage's
column lineage facet names it."""


class ColumnEdge(StrictStruct, frozen=True, kw_only=True):
    """Values of one column of the upstream dataset become part of one of the downstream dataset.

    ``line`` is the 1-based line of the script or statement that says so, if it is known.
    ``transformation`` is None where a description does not tell.
    """

    upstream: str
    downstream: str
    transformation: Transformation | None = None
    line: int | None = None


class IndirectEdge(StrictStruct, frozen=True, kw_only=True):
    """A column of the upstream dataset decides about the downstream dataset.

    ``downstream`` is the column that it decides about, or None for all of them, as a filter or the
    condition of a join decides which rows there are. ``line`` is as in ColumnEdge.
    """

    upstream: str
    downstream: str | None
    effect: Effect
    line: int | None = None
