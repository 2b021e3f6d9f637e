"""The results as JSON, Markdown and charts."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from benchmarks import chart
from benchmarks.figures import BEFORE, BENCHMARKS, Comparison, Curve, Figure, Finding, Goal, Plan
from benchmarks.tables import COMPARISON, FIGURE, comparison_rows, figure_row

Results = Mapping[str, Sequence[Finding]]
Place = Mapping[str, Any]
"""Where and when a benchmark was measured."""
KINDS = {"figures": Figure, "comparisons": Comparison, "curves": Curve}


def describe_machine() -> dict[str, Any]:
    """Describe where the figures come from."""
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "on": datetime.now(UTC).date().isoformat(),
    }


def write(results: Results, folder: Path, plan: Plan) -> None:
    """Write the report into ``folder``; the findings of other benchmarks stay there.

    It is ``results.json``, ``results.md``, ``chart.svg`` and ``memory.svg``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = {**read_findings(folder / "results.json"), **results}
    whole = {name: known[name] for name in BENCHMARKS if name in known}
    before = plan.builds[BEFORE].name if BEFORE in plan.builds else None
    where = {**describe_machine(), "before": before, "rounds": plan.rounds}
    known_places = {**read_places(folder / "results.json"), **dict.fromkeys(results, where)}
    places = {name: known_places[name] for name in whole if name in known_places}
    (folder / "results.json").write_text(_to_json(whole, places) + "\n")
    (folder / "results.md").write_text(_to_markdown(whole, places))
    chart.draw_throughput(of_kind(whole, Comparison), folder / "chart.svg")
    chart.draw_memory(of_kind(whole, Curve), folder / "memory.svg")


def read_findings(path: Path) -> dict[str, list[Finding]]:
    """Return the findings of the report ``path``, by benchmark; empty when there is none."""
    found: dict[str, list[Finding]] = {}
    document = json.loads(path.read_text()) if path.exists() else {}
    for kind, make in KINDS.items():
        for name, values in document.get(kind, {}).items():
            found.setdefault(name, []).extend(make(**_restore(value)) for value in values)
    return found


def read_places(path: Path) -> dict[str, Place]:
    """Return where and when each benchmark of the report ``path`` was measured."""
    document = json.loads(path.read_text()) if path.exists() else {}
    return document.get("measured", {})  # type: ignore[no-any-return]


def describe_places(places: Mapping[str, Place]) -> list[str]:
    """Return a sentence for each machine, day and build before, with its benchmarks."""
    names: dict[str, list[str]] = {}
    for name, where in places.items():
        against = f", against the build of {where['before']}" if where.get("before") else ""
        rounds = f" in {where['rounds']} rounds" if where.get("rounds") else ""
        sentence = (
            f"Measured on {where['cores']} cores, {where['memory_gb']} GB, {where['system']}, "
            f"Python {where['python']}, {where['on']}{rounds}{against}"
        )
        names.setdefault(sentence, []).append(name)
    return [f"{sentence}: {', '.join(of)}." for sentence, of in names.items()]


def of_kind(results: Results, kind: type[Any]) -> dict[str, list[Any]]:
    """Return the findings of one kind, by benchmark."""
    found = {name: [one for one in all_ if isinstance(one, kind)] for name, all_ in results.items()}
    return {name: some for name, some in found.items() if some}


def _restore(value: dict[str, Any]) -> dict[str, Any]:
    goals = {"goals": [Goal(**goal) for goal in value["goals"]]} if "goals" in value else {}
    return {**value, **goals}


def _to_json(results: Results, places: Mapping[str, Place]) -> str:
    document = {
        "measured": places,
        **{
            kind: {
                name: [asdict(one) for one in found]
                for name, found in of_kind(results, make).items()
            }
            for kind, make in KINDS.items()
        },
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _to_markdown(results: Results, places: Mapping[str, Place]) -> str:
    lines = ["By `make bench`. Ratios compare what took turns in the same run."]
    lines += [text for sentence in describe_places(places) for text in ("", sentence)]
    comparisons, figures = of_kind(results, Comparison), of_kind(results, Figure)
    lines += _table(
        ("benchmark", *COMPARISON),
        (
            [name, *row]
            for name, all_ in comparisons.items()
            for c in all_
            for row in comparison_rows(c)
        ),
    )
    lines += _table(
        ("benchmark", *FIGURE),
        ([name, *figure_row(one)] for name, all_ in figures.items() for one in all_),
    )
    return "\n".join(lines) + "\n"


def _table(headers: Sequence[str], rows: Any) -> list[str]:
    cells = [f"| {' | '.join(row)} |" for row in rows]
    return ["", f"| {' | '.join(headers)} |", "|---" * len(headers) + "|", *cells] if cells else []
