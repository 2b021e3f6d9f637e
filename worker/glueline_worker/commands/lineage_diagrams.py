"""Write steps of lineage as a diagram: text of Mermaid or of Graphviz."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from glueline.contract.lineage import Dataset
from glueline.contract.terminal import clean_line
from glueline_worker.questions.dataset_names import format_dataset, get_full_name

if TYPE_CHECKING:
    from glueline_worker.questions.lineage_answers import LineageAnswer

DiagramFormat = Literal["mermaid", "dot"]

_MERMAID_PLAIN = frozenset(" ._-/:,")
"""Signs that mean nothing in a quoted text of Mermaid; all others become their number."""


_Box = tuple[Dataset, str | None]
"""A dataset and one of its columns in lower case; in a diagram of datasets, no column."""


class _Arrow(Struct, frozen=True):
    upstream: _Box
    downstream: _Box
    label: str
    is_direct: bool = True


def make_diagram(answer: "LineageAnswer", diagram_format: DiagramFormat) -> str:
    """Return the text of a diagram: data flows from left to right, the start has a thick border.

    Several steps between the same two boxes share one arrow. A dashed one is for columns that only
    decide.
    """
    arrows = _join_labels(_iterate_arrows(answer))
    start = answer.start, _fold(answer.column)
    ends = (end for arrow in arrows for end in (arrow.upstream, arrow.downstream))
    boxes = list(dict.fromkeys((start, *ends)))
    numbers = {box: f"n{number}" for number, box in enumerate(boxes)}
    has_columns = answer.column is not None
    names = dict(zip(numbers.values(), _name_boxes(boxes, has_columns=has_columns), strict=True))
    lines = [
        _Line(numbers[arrow.upstream], numbers[arrow.downstream], arrow.label, arrow.is_direct)
        for arrow in arrows
    ]
    return "\n".join(_WRITERS[diagram_format](names, lines))


class _Line(Struct, frozen=True):
    """An arrow between the numbers of two boxes."""

    upstream: str
    downstream: str
    label: str
    is_direct: bool


def _iterate_arrows(answer: "LineageAnswer") -> Iterator[_Arrow]:
    if answer.column is None:
        for dataset_step in chain.from_iterable(answer.steps.values()):
            hop = dataset_step.hop
            yield _Arrow((hop.upstream, None), (hop.downstream, None), clean_line(hop.process))
    for step in chain.from_iterable(answer.column_steps.values()):
        hop = step.hop
        place = hop.process if step.line is None else f"{hop.process}:{step.line}"
        label = clean_line(f"{step.how} {place}" if step.how else place)
        upstream = hop.upstream, _fold(step.upstream)
        yield _Arrow(upstream, (hop.downstream, _fold(step.downstream)), label, step.is_direct)


def _fold(column: str | None) -> str | None:
    return column and column.lower()


def _name_boxes(boxes: Sequence[_Box], *, has_columns: bool) -> Iterator[str]:
    """Yield the names of boxes; tables of the same name in several catalogues have full names."""
    labels = Counter(format_dataset(dataset) for dataset in {dataset for dataset, _ in boxes})
    for dataset, column in boxes:
        label = format_dataset(dataset)
        name = label if labels[label] == 1 else clean_line(get_full_name(dataset))
        if column is not None:
            yield clean_line(f"{name}.{column}")
        else:
            yield f"{name} (all columns)" if has_columns else name


def _join_labels(arrows: Iterable[_Arrow]) -> list[_Arrow]:
    labels: dict[tuple[_Box, _Box, bool], dict[str, None]] = {}
    for arrow in arrows:
        key = arrow.upstream, arrow.downstream, arrow.is_direct
        labels.setdefault(key, {}).setdefault(arrow.label)
    return [
        _Arrow(upstream, downstream, ", ".join(found), is_direct)
        for (upstream, downstream, is_direct), found in labels.items()
    ]


def _write_mermaid(names: Mapping[str, str], lines: Sequence[_Line]) -> Iterator[str]:
    yield "flowchart LR"
    for number, name in names.items():
        yield f'  {number}["{_quote_mermaid(name)}"]'
    for line in lines:
        arrow = "-->" if line.is_direct else "-.->"
        yield f'  {line.upstream} {arrow}|"{_quote_mermaid(line.label)}"| {line.downstream}'
    yield "  style n0 stroke-width:3px"


def _write_dot(names: Mapping[str, str], lines: Sequence[_Line]) -> Iterator[str]:
    yield "digraph lineage {"
    yield "  rankdir=LR;"
    yield "  node [shape=box];"
    for number, name in names.items():
        width = ", penwidth=3" if number == "n0" else ""
        yield f'  {number} [label="{_quote_dot(name)}"{width}];'
    for line in lines:
        style = "" if line.is_direct else ", style=dashed"
        label = _quote_dot(line.label)
        yield f'  {line.upstream} -> {line.downstream} [label="{label}"{style}];'
    yield "}"


def _quote_mermaid(text: str) -> str:
    return "".join(
        sign if sign.isalnum() or sign in _MERMAID_PLAIN else f"#{ord(sign)};" for sign in text
    )


def _quote_dot(text: str) -> str:
    """Quote what a label of Graphviz would read: quotes, escapes, and entities of HTML."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")


_WRITERS: dict[DiagramFormat, Callable[[Mapping[str, str], Sequence[_Line]], Iterator[str]]] = {
    "mermaid": _write_mermaid,
    "dot": _write_dot,
}
