"""The results as Markdown, JSON and a chart."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from benchmarks.figures import Figure

Results = Mapping[str, Sequence[Figure]]


def machine() -> dict[str, Any]:
    """Where the figures come from."""
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "on": datetime.now(UTC).date().isoformat(),
    }


def write(results: Results, folder: Path) -> None:
    """Write ``results.md``, ``results.json`` and ``chart.svg``; other benchmarks' figures stay."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = {**known(folder / "results.json"), **results}
    (folder / "results.json").write_text(_json(whole) + "\n")
    (folder / "results.md").write_text(_markdown(whole))
    _chart(whole, folder / "chart.svg")


def known(path: Path) -> dict[str, list[Figure]]:
    """Return the figures of the report ``path``, by benchmark; empty when there is none."""
    if not path.exists():
        return {}
    known = json.loads(path.read_text())["figures"]
    return {name: [Figure(**figure) for figure in figures] for name, figures in known.items()}


def row(figure: Figure) -> list[str]:
    """Return a figure as the cells of a table."""
    ratio = f"{figure.ratio:.2f} times the {figure.to}" if figure.ratio is not None else ""
    met = {True: "yes", False: "no", None: ""}[figure.is_met]
    return [figure.name, f"{_short(figure.value)} {figure.unit}", ratio, figure.aim, met]


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _json(results: Results) -> str:
    figures = {name: [asdict(figure) for figure in found] for name, found in results.items()}
    return json.dumps({"machine": machine(), "figures": figures}, indent=1, ensure_ascii=False)


def _markdown(results: Results) -> str:
    where = machine()
    lines = [
        (
            f"Measured on {where['cores']} cores, {where['memory_gb']} GB, {where['system']}, "
            f"Python {where['python']}, {where['on']}, by `make bench`. Ratios compare what stood "
            "side by side in the same run."
        ),
        "",
        "| benchmark | what | value | compared | aim | met |",
        "|---|---|---|---|---|---|",
    ]
    for name, figures in results.items():
        lines += [f"| {' | '.join([name, *row(figure)])} |" for figure in figures]
    return "\n".join(lines) + "\n"


def _chart(results: Results, path: Path) -> None:
    import matplotlib as mpl  # noqa: PLC0415 - only where a chart is drawn

    mpl.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figures = [figure for figure in results.get("throughput", ()) if figure.to != "boto3 loop"]
    if not figures:
        return
    figures.reverse()
    picture, axes = plt.subplots(figsize=(8, 0.45 * len(figures) + 1), layout="constrained")
    colours = ["#9aa5b1" if "loop" in figure.name else "#2563eb" for figure in figures]
    bars = axes.barh([f.name for f in figures], [f.value for f in figures], color=colours)
    axes.bar_label(bars, [f"{_short(f.value)} s" for f in figures], padding=3)
    axes.set_xlabel("seconds (shorter is better); the loops store nothing")
    axes.set_xscale("log")
    axes.spines[["top", "right"]].set_visible(False)
    picture.savefig(path, metadata={"Date": None})
    plt.close(picture)
