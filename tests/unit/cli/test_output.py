"""Tables and words, on a terminal and in a pipe."""

import re
import sys
from datetime import UTC, datetime

import pytest
from rich.console import Console

from glueline.cli.output import print_rows
from glueline.cli.progress import format_progress
from glueline.contract.messages import ExtractionRequest
from glueline.contract.runs import RunState, RunStatus
from glueline.formatting import format_counts

ARN = "arn:aws:glue:eu-west-1:123456789012:database/a_database_with_quite_a_long_name"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard output is a narrow terminal."""
    monkeypatch.setattr("glueline.cli.output.make_console", _console)


def _console() -> Console:
    return Console(file=sys.stdout, width=40, force_terminal=True, highlight=False)


def run(**counts: int) -> RunStatus:
    return RunStatus(
        run_id="a" * 32,
        generation=1,
        request=ExtractionRequest(),
        state=RunState.PARTIAL,
        created_at=datetime.now(UTC),
        counts=counts,
        settled_units=3,
        failed_units=1,
    )


@pytest.mark.usefixtures("terminal")
def test_a_long_name_is_never_cut_short(capsys: pytest.CaptureFixture[str]):
    print_rows(("unit", "why"), [("database/a", ARN)])
    rows = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()[1:]
    assert "".join(row.removeprefix("database/a").strip() for row in rows) == ARN


@pytest.mark.usefixtures("terminal")
def test_a_terminal_is_told_that_there_is_nothing(capsys: pytest.CaptureFixture[str]):
    print_rows(("unit", "why"), [], empty="no unit has failed [yet]")
    assert capsys.readouterr().out == "no unit has failed [yet]\n"


def test_a_pipe_gets_nothing_of_nothing(capsys: pytest.CaptureFixture[str]):
    print_rows(("unit", "why"), [], empty="no unit has failed")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({}, ""),
        ({"database": 1, "lineage": 1}, "1 database, 1 lineage edge"),
        ({"table": 1200, "unchanged_table": 3}, "1,200 tables (3 unchanged)"),
        (
            {"database": 1, "unchanged_database": 1, "job": 2, "unchanged_job": 2},
            "1 database, 2 jobs (all unchanged)",
        ),
        (
            {"database": 1, "job": 2, "unchanged_job": 2},
            "1 database, 2 jobs (2 unchanged)",
        ),
        ({"partition_summary": 2}, "2 partition summaries"),
    ],
)
def test_what_was_found_in_words(counts: dict[str, int], words: str):
    kinds = ("database", "table", "job", "lineage", "partition_summary")
    assert format_counts(run(**counts), *kinds) == words


def test_units_that_failed_are_done_too():
    assert format_progress(run()) == "4/4 units · 0 throttled · 1 failed"
