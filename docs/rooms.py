# ruff: noqa: INP001 - beside the script that uses it
"""Pictures and tables of the rooms, made from the imports in the code."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

import grimp
import networkx as nx

BOX, HEIGHT = 128, 46
"""Pixels of a room."""
GAP, ROW = 16, 92
"""Pixels between two rooms of a row, and from one row to the next."""
LANE = 12
"""Pixels of an arrow that passes a row."""
MARGIN = 20
SWEEPS = 5
"""How often all rows are put in order by the rows above or below them."""
STYLE = """
    text { font: 14px system-ui, sans-serif; fill: #222; text-anchor: middle }
    .small { font-size: 12px; fill: #555 }
    .box { fill: #fff; stroke: #00796b; stroke-width: 1.5; rx: 6 }
    .line { fill: none; stroke: #8aa; stroke-width: 1.5; marker-end: url(#head) }
"""
HEAD = (
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
    ' orient="auto"><path d="M0 0 8 4 0 8z" fill="#8aa"/></marker></defs>'
)


@dataclass(frozen=True)
class Room:
    """A module or package directly below ``package``."""

    name: str
    modules: int
    purpose: str
    """The first sentence of its docstring."""


def find_rooms(package: str) -> list[Room]:
    """Return the rooms of a package, in the order of the alphabet."""
    folder = _folder(package)
    return [
        Room(path.stem, *_describe(path))
        for path in sorted(folder.iterdir())
        if (path.suffix == ".py" or (path / "__init__.py").exists())
        and not path.name.startswith("__")
    ]


def find_imports(package: str) -> "nx.DiGraph[str]":
    """Return which room imports which, without the arrows that follow from others."""
    modules = grimp.build_graph(package.partition(".")[0], cache_dir=None)
    graph: nx.DiGraph[str] = nx.DiGraph()
    names = [room.name for room in find_rooms(package)]
    graph.add_nodes_from(names)
    for name in names:
        below = [f"{package}.{name}", *modules.find_descendants(f"{package}.{name}")]
        for imported in set().union(*map(modules.find_modules_directly_imported_by, below)):
            other = imported.removeprefix(f"{package}.").partition(".")[0]
            if imported.startswith(f"{package}.") and other not in {name, "__main__"}:
                graph.add_edge(name, other)
    reduced: nx.DiGraph[str] = nx.transitive_reduction(graph)  # raises for a cycle
    return reduced


def draw(package: str) -> str:
    """Return the picture of a package's rooms: an arrow goes from a room to one that it imports."""
    rooms = {room.name: room for room in find_rooms(package)}
    graph = find_imports(package)
    places = _place(graph)
    width = max(x + _width(name) / 2 for name, (x, _) in places.items()) + MARGIN
    height = max(y for _, y in places.values()) + HEIGHT + MARGIN
    size = f'viewBox="0 0 {width:g} {height:g}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title">',
        f'<title id="title">The rooms of {package}: an arrow goes to what a room imports</title>',
        f"<style>{STYLE}</style>",
        HEAD,
        f'<rect width="{width:g}" height="{height:g}" fill="#fff" rx="8"/>',
        *(_arrow([places[name] for name in path]) for path in _paths(graph)),
        *(_box(rooms[name], *places[name]) for name in sorted(graph)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def rows(package: str) -> Iterable[tuple[str, str, str]]:
    """Yield name, number of modules and purpose of each room, the uppermost first."""
    rooms = {room.name: room for room in find_rooms(package)}
    for row in _rows(find_imports(package)):
        for name in row:
            yield f"`{name}`", str(rooms[name].modules), rooms[name].purpose


def _rows(graph: "nx.DiGraph[str]") -> list[list[str]]:
    """Return the rows of the picture from above: each room stands below all that import it."""
    return [sorted(row) for row in nx.topological_generations(graph)]


def _paths(graph: "nx.DiGraph[str]") -> list[list[str]]:
    """Return each import as its stations: its rooms, and a lane in each row that it passes."""
    level = {name: number for number, row in enumerate(_rows(graph)) for name in row}
    return [
        [upper, *(f"{upper}>{lower}>{n}" for n in range(level[upper] + 1, level[lower])), lower]
        for upper, lower in sorted(graph.edges)
    ]


def _place(graph: "nx.DiGraph[str]") -> dict[str, tuple[float, float]]:
    """Return the middle of the upper edge of each station, as x and y."""
    stations: nx.DiGraph[str] = nx.DiGraph()
    stations.add_nodes_from(graph)
    for path in _paths(graph):
        nx.add_path(stations, path)
    levels = _rows(stations)
    widths = [sum(map(_width, level)) + GAP * (len(level) - 1) for level in levels]
    middle = MARGIN + max(widths) / 2
    centre = dict.fromkeys(stations, middle)
    for sweep in range(SWEEPS):
        # Downwards each goes below the middle of its users, upwards above that of what it uses.
        near = stations.predecessors if sweep % 2 == 0 else stations.successors
        for level, width in zip(levels, widths, strict=True):
            wanted = {name: _mean([centre[n] for n in near(name)], centre[name]) for name in level}
            level.sort(key=lambda name: (wanted[name], name))
            x = middle - width / 2
            for name in level:
                centre[name] = x + _width(name) / 2
                x += _width(name) + GAP
    return {
        name: (centre[name], MARGIN + number * ROW)
        for number, level in enumerate(levels)
        for name in level
    }


def _width(station: str) -> float:
    return LANE if ">" in station else BOX


def _mean(values: list[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _arrow(stations: list[tuple[float, float]]) -> str:
    (x, y), *below = stations
    y += HEIGHT
    line = f"M{x:g} {y:g}"
    for number, (to_x, top) in enumerate(below, 1):
        to_y = top - 2 if number == len(below) else top
        bend = (to_y - y) / 2
        line += f"C{x:g} {y + bend:g} {to_x:g} {to_y - bend:g} {to_x:g} {to_y:g}"
        if number < len(below):
            line += f"V{top + HEIGHT:g}"
        x, y = to_x, top + HEIGHT
    return f'<path class="line" d="{line}"/>'


def _box(room: Room, middle: float, y: float) -> str:
    count = "1 module" if room.modules == 1 else f"{room.modules} modules"
    size = f'x="{middle - BOX / 2:g}" y="{y:g}" width="{BOX}" height="{HEIGHT}"'
    return (
        f'<g><title>{escape(room.purpose)}</title><rect class="box" {size}/>'
        f'<text x="{middle:g}" y="{y + 20:g}">{room.name}</text>'
        f'<text class="small" x="{middle:g}" y="{y + 37:g}">{count}</text></g>'
    )


def _describe(path: Path) -> tuple[int, str]:
    """Return how many modules a room has, and its purpose."""
    modules = [path] if path.is_file() else [p for p in path.rglob("*.py") if p.stem != "__init__"]
    source = (path if path.is_file() else path / "__init__.py").read_text()
    return len(modules), source.split('"""')[1].partition("\n\n")[0].replace("\n", " ").strip()


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    return Path(spec.origin).parent
