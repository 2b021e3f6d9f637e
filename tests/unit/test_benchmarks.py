"""What the benchmarks make of their measurements."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.builds import Build, prepare_build
from benchmarks.busy import MachineLoad
from benchmarks.figures import BEFORE, NOW, Comparison, Curve, Figure, Goal, Plan, alternate
from benchmarks.odd_tables import make_catalogue
from benchmarks.report import describe_places, of_kind, read_findings, read_places, write
from benchmarks.tables import comparison_rows

from glueline_simulator.glue.validation import check_shape, load_service_model

LOOP = "aiohttp loop"
GOALS = (Goal(2.0, LOOP), Goal(0.5, BEFORE), Goal(3.0))
TIMES = Comparison("a run", "s", {LOOP: [1, 2, 4], BEFORE: [9, 9, 9], NOW: [3, 4, 5]}, GOALS)


def test_contestants_take_turns_and_the_first_changes():
    order: list[str] = []

    def measure(name: str) -> dict[str, float]:
        order.append(name)
        return {"time": len(order)}

    found = alternate(3, {"a": lambda: measure("a"), "b": lambda: measure("b")})
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert found == {"time": {"a": [1, 4, 5], "b": [2, 3, 6]}}


def test_a_ratio_belongs_to_one_round():
    assert TIMES.ratios(LOOP) == [1.25, 2.0, 3.0]
    assert [TIMES.is_met(goal) for goal in GOALS] == [True, True, False]


def test_a_contestant_that_was_not_there_decides_nothing():
    alone = Comparison("a run", "s", {NOW: [3, 4]}, GOALS)
    assert [alone.is_met(goal) for goal in GOALS] == [None, None, False]
    assert list(comparison_rows(alone)) == [
        ["a run", "", "3.5 s", "", "3 to 4", "≤ 3 s", "no"],
    ]


def test_rows_name_what_was_compared():
    assert list(comparison_rows(TIMES)) == [
        ["a run", "9 s", "4 s", "2.00 times the aiohttp loop", "1.25 to 3.00", "≤ 2", "yes"],
        ["", "", "", "0.44 times before", "0.33 to 0.56", "≤ 0.5", "yes"],
        ["", "", "", "", "3 to 5", "≤ 3 s", "no"],
    ]


def test_a_report_reads_back_what_it_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("benchmarks.chart.draw_throughput", lambda *_: None)
    monkeypatch.setattr("benchmarks.chart.draw_memory", lambda *_: None)
    monkeypatch.setattr("benchmarks.report.BENCHMARKS", ["one_table", "memory", "idle"])
    curve = Curve("1,000 tables", NOW, 2.5, [100.0, 120.0])
    write({"one_table": [TIMES], "no_longer": [TIMES]}, tmp_path, Plan())
    later = Plan(rounds=2, builds={BEFORE: Build("0a1b2c3d", tmp_path)})
    write({"memory": [curve], "idle": [Figure("idle worker", 0.3, "%")]}, tmp_path, later)
    found = read_findings(tmp_path / "results.json")
    assert of_kind(found, Curve) == {"memory": [curve]}
    (times,) = of_kind(found, Comparison)["one_table"]
    assert (times.ratios(LOOP), times.goals) == (TIMES.ratios(LOOP), list(GOALS))
    assert set(found) == {"one_table", "memory", "idle"}, "benchmarks that are gone"
    assert "2.00 times the aiohttp loop" in (tmp_path / "results.md").read_text()
    first, second = describe_places(read_places(tmp_path / "results.json"))
    assert first.endswith(" in 5 rounds: one_table.")
    assert second.endswith(" in 2 rounds, against the build of 0a1b2c3d: memory, idle.")


def test_an_unknown_commit_is_refused():
    with pytest.raises(ValueError, match="there is no commit '--all' here"):
        prepare_build("--all")


def test_our_own_work_does_not_make_the_machine_busy():
    with MachineLoad() as load:
        before = os.times()
        while os.times().user - before.user < 0.3:
            pass
        spin = "import time\nwhile time.process_time() < 0.3: pass"
        subprocess.run([sys.executable, "-c", spin], check=True)
    assert load.ours > 0.55


def test_the_work_of_a_process_that_is_not_ours_counts_as_that_of_others():
    load = MachineLoad()
    load.begin, load.end = (100.0, 10.0, 0.0), (104.0, 11.0, 2.0)
    assert load.by_others == pytest.approx(3 / 2 / (os.cpu_count() or 1))
    assert load.is_busy


def test_odd_tables_are_the_same_for_a_seed_and_possible_answers():
    catalogue = make_catalogue(3, 60)
    assert catalogue == make_catalogue(3, 60) != make_catalogue(4, 60)
    tables = catalogue["databases"]["odd_0"]["tables"]
    assert len({json.dumps(table) for table in tables.values()}) > 30
    for table in tables.values():
        check_shape(load_service_model().shape_for("Table"), {**table["raw"], "Name": "t"}, "")


def test_the_build_before_reads_no_very_large_catalogue():
    now, before = (Build(name, Path(name)) for name in (NOW, BEFORE))
    plan = Plan(builds={BEFORE: before, NOW: now})
    assert list(plan.builds_for(10_000)) == [BEFORE, NOW]
    assert list(plan.builds_for(1_000_000)) == [NOW]
