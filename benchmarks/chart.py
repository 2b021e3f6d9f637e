"""The charts of the report."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import BEFORE, NOW, Comparison, Curve
from benchmarks.tables import format_value

COLOURS = {NOW: "#2563eb", BEFORE: "#f59e0b"}
REFERENCE = "#9aa5b1"
NAMES = {NOW: "this version", BEFORE: "the version before"}


def draw_throughput(comparisons: Mapping[str, Sequence[Comparison]], path: Path) -> None:
    """Draw the seconds of the largest catalogue, for each sink and each contestant."""
    found = list(comparisons.get("throughput", ()))
    largest = [one for one in found if one.name.split()[0] == found[-1].name.split()[0]]
    bars = list(_bars(largest))
    if not bars:
        return
    plt = _load_pyplot()
    picture, axes = plt.subplots(figsize=(8, 0.4 * len(bars) + 1), layout="constrained")
    labels, values, colours = zip(*reversed(bars), strict=True)
    drawn = axes.barh(labels, values, color=colours)
    axes.bar_label(drawn, [f"{format_value(value)} s" for value in values], padding=3)
    axes.set_title(largest[0].name.partition(" into ")[0], loc="left")
    axes.set_xlabel("seconds (shorter is better); the loops store nothing")
    _save(plt, picture, axes, path)


def draw_memory(curves: Mapping[str, Sequence[Curve]], path: Path) -> None:
    """Draw the memory of the largest worker over the share of each extraction's time."""
    found = [curve for all_ in curves.values() for curve in all_ if curve.megabytes]
    if not found:
        return
    plt = _load_pyplot()
    picture, axes = plt.subplots(figsize=(8, 3.5), layout="constrained")
    styles = dict(
        zip(dict.fromkeys(one.what for one in found), ("-", "--", ":", "-."), strict=False)
    )
    for curve in found:
        shares = [100 * n / len(curve.megabytes) for n in range(len(curve.megabytes))]
        axes.plot(
            shares,
            curve.megabytes,
            styles[curve.what],
            color=COLOURS[curve.contestant],
            label=f"{curve.what}, {NAMES[curve.contestant]}",
        )
    axes.set_xlabel("% of the extraction's time")
    axes.set_ylabel("MB of the largest worker")
    axes.set_ylim(bottom=0)
    axes.legend(fontsize="small", frameon=False)
    _save(plt, picture, axes, path)


def _bars(comparisons: Sequence[Comparison]) -> Iterator[tuple[str, float, str]]:
    """Yield a label, seconds and a colour: the loops once, then each sink."""
    for contestant in comparisons[0].rounds if comparisons else ():
        if contestant not in COLOURS:
            yield contestant, comparisons[0].value(contestant) or 0.0, REFERENCE
    for one in comparisons:
        what = one.name.partition(" into ")[2].partition(",")[0]
        for contestant, colour in COLOURS.items():
            value = one.value(contestant)
            if value is not None:
                yield f"into {what}, {NAMES[contestant]}", value, colour


def _load_pyplot() -> Any:
    import matplotlib as mpl  # noqa: PLC0415 - only where a chart is drawn

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "glueline"  # the same figures give the same file
    from matplotlib import pyplot as plt  # noqa: PLC0415

    return plt


def _save(plt: Any, picture: Any, axes: Any, path: Path) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    picture.savefig(path, metadata={"Date": None})
    plt.close(picture)
