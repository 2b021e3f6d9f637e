"""The cases with their truth, as files."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from truth.edges import Edges, Pair

Form = Literal["query", "statement", "script"]

PLACE = Path(__file__).resolve().parents[1] / ".truth" / "sets"
"""Where the truth of all sets is written."""


@dataclass(slots=True)
class Case:
    """A query, a statement that writes, or a script."""

    kind: str
    """What it is about, in a few words."""
    form: Form
    text: str
    before: tuple[str, ...] = ()
    """Statements that prepare the session."""
    edges: Edges = field(default_factory=Edges)
    names: tuple[str, ...] = ()
    """The names of a query's columns, in their order."""
    by_hand: bool = False
    """Spark does not show this plan; the truth was written by hand."""


@dataclass(slots=True)
class CaseSet:
    """Cases over the same tables."""

    name: str
    schemas: Mapping[str, tuple[str, ...]]
    """The columns of tables, as Glueline takes them."""
    cases: list[Case] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    """Cases that Spark does not accept, with its reasons."""


def write_set(one: CaseSet, place: Path = PLACE) -> Path:
    """Write a set; a case is a line of its own."""
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{one.name}.json"
    head = {"name": one.name, "schemas": one.schemas}
    lines = [json.dumps(_as_document(case), ensure_ascii=False) for case in one.cases]
    body = ",\n".join(lines)
    path.write_text(f'{json.dumps(head, ensure_ascii=False)[:-1]},\n"cases": [\n{body}\n]}}\n')
    return path


def read_set(path: Path) -> CaseSet:
    """Read a set."""
    document = json.loads(path.read_text())
    schemas = {name: tuple(columns) for name, columns in document["schemas"].items()}
    cases = [_as_case(one) for one in document["cases"]]
    return CaseSet(document["name"], schemas, cases)


def _as_document(case: Case) -> dict[str, Any]:
    document: dict[str, Any] = {"kind": case.kind, "form": case.form, "text": case.text}
    if case.before:
        document["before"] = case.before
    document["columns"] = [
        [*pair, case.edges.ways.get(pair, "identity")] for pair in sorted(case.edges.direct)
    ]
    document["deciding"] = sorted(case.edges.deciding)
    if case.names:
        document["names"] = case.names
    if case.by_hand:
        document["by_hand"] = True
    return document


def _as_case(document: Mapping[str, Any]) -> Case:
    pairs = {_as_pair(row): row[4] for row in document["columns"]}
    deciding = {_as_pair(row) for row in document["deciding"]}
    return Case(
        document["kind"],
        document["form"],
        document["text"],
        tuple(document.get("before", ())),
        Edges(set(pairs), deciding, pairs),
        tuple(document.get("names", ())),
        bool(document.get("by_hand")),
    )


def _as_pair(row: Iterable[str]) -> Pair:
    target, column, source, name, *_ = row
    return target, column, source, name
