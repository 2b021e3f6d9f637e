"""Print which sink passed which case, at the end of a test run.

``pytest -p glueline_worker.sinks.testing.matrix`` switches it on.
"""

import re
from collections import defaultdict
from typing import Any

import pytest

from glueline_worker.sinks.testing.suite import SINK_CASES, SinkSuite

_TEST = re.compile(rf"(\w+)::{SinkSuite.test_sink.__name__}\[(.*)\]$", re.DOTALL)
_CASES = {case.name for case in SINK_CASES}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print a table of Markdown: a row for each case, a column for each sink."""
    outcomes: dict[str, dict[str, str]] = defaultdict(dict)
    for outcome in ("passed", "skipped", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, ()):
            if found := _TEST.search(report.nodeid):
                sink, case = _split_test_name(*found.groups())
                outcomes[case][sink] = _describe_outcome(outcome, report)
    if outcomes:
        terminalreporter.section("sinks")
        sinks = list(dict.fromkeys(sink for of in outcomes.values() for sink in of))
        terminalreporter.write_line(_make_row("case", *sinks))
        terminalreporter.write_line(_make_row(*["---"] * (len(sinks) + 1)))
        for case, of in sorted(outcomes.items()):
            terminalreporter.write_line(_make_row(case, *(of.get(sink, "") for sink in sinks)))


def _split_test_name(suite: str, parameters: str) -> tuple[str, str]:
    """Return the sink, by its class and its own parameters, and the case."""
    parts = parameters.split("-")
    case = next((part for part in parts if part in _CASES), parameters)
    return "-".join([suite, *(part for part in parts if part != case)]), case


def _describe_outcome(outcome: str, report: Any) -> str:
    if outcome != "skipped":
        return outcome
    return f"not applicable: {report.longrepr[2].removeprefix('Skipped: ')}"


def _make_row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
