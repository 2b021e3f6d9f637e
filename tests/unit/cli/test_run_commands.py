"""Commands about runs, on a real Redis."""

import re

import pytest
from tests.unit.cli.conftest import Command, Done
from tests.unit.ledger_harness import LedgerHarness

from glueline.contract.messages import DatabaseScope, ExtractionRequest, first_units
from glueline.contract.runs import RunState

pytestmark = pytest.mark.usefixtures("server")
SALES = ExtractionRequest(scope=DatabaseScope(name="sales"))
EXIT_CODES = [(RunState.SUCCEEDED, 0), (RunState.PARTIAL, 3), (RunState.FAILED, 1)]


def make_ended_run(harness: LedgerHarness, state: RunState) -> str:
    """A run of two units that has ended in ``state``; its id."""
    run = harness.open()
    first, second = (harness.take(unit) for unit in run.units)
    harness.settle(
        first, counts={"database": 2, "table": 1200, "calls": 5}, warnings=["odd", "odd"]
    )
    if state is RunState.SUCCEEDED:
        harness.settle(second)
    else:
        harness.fail(second, "ListJobs: AccessDenied: no")
    harness.finish(run.run_id, state)
    return run.run_id


@pytest.mark.parametrize(("state", "code"), EXIT_CODES)
@pytest.mark.parametrize("command", ["status", "watch"])
def test_the_exit_code_is_that_of_the_run(
    glueline: Command, harness: LedgerHarness, command, state, code
):
    run_id = make_ended_run(harness, state)
    done = glueline(command, run_id)
    assert done.code == code
    assert state.value in done.out
    assert "1,200 tables" in done.out
    assert "odd  (2 times)" in done.out


@pytest.mark.parametrize("state", [RunState.CANCELLED, RunState.SUPERSEDED])
def test_a_run_that_was_stopped_has_failed_for_a_shell(
    glueline: Command, harness: LedgerHarness, state
):
    run = harness.open()
    if state is RunState.CANCELLED:
        assert glueline("cancel", run.run_id).code == 0
    else:
        harness.open()
    assert glueline("status", run.run_id).code == 1


def test_a_run_that_goes_on_has_not_failed(glueline: Command, harness: LedgerHarness):
    done = glueline("status", harness.open().run_id)
    assert done.code == 0
    assert "running" in done.out


def test_the_start_of_an_id_is_enough(glueline: Command, harness: LedgerHarness):
    run_id = harness.ledger(harness.calls.open_run("abc" + "0" * 29, SALES)).run_id
    assert glueline("status", "ab", "--json").json["run_id"] == run_id


def test_enqueueing_prints_the_run(glueline: Command, harness: LedgerHarness):
    done = glueline("enqueue", "database", "sales", "--table", "a*", "--idempotency-key", "k")
    run_id = re.fullmatch(r"run ([0-9a-f]{32})\n", done.out)
    assert run_id
    assert done.code == 0
    request = harness.status(run_id[1]).request
    assert (request.scope, request.filters.tables.allow) == (SALES.scope, ("a*",))
    again = glueline("enqueue", "database", "sales", "--table", "a*", "--idempotency-key", "k")
    assert "its idempotency key was known" in again.out


def test_a_key_of_another_request_is_an_error(glueline: Command, harness: LedgerHarness):
    assert glueline("enqueue", "database", "sales", "--idempotency-key", "k").code == 0
    other = glueline("enqueue", "database", "stock", "--idempotency-key", "k")
    assert other.code == 2
    assert "belongs to another request" in other.err
    assert len(harness.ledger(harness.calls.recent(10))) == 1


def test_a_run_that_cannot_be_read_is_listed_and_shown(glueline: Command, harness: LedgerHarness):
    good, bad = harness.open(SALES), harness.open(ExtractionRequest())
    for field in ("request", "summary"):
        harness.client.hset(harness.keys.run(bad.run_id), field, '{"kind": "request", "newer": 1}')
    listed = glueline("runs")
    assert listed.code == 0
    assert good.run_id[:8] in listed.out
    shown = glueline("status", bad.run_id)
    assert shown.code == 0
    assert "cannot read the request" in shown.out
    assert glueline("cancel", bad.run_id).code == 0


def test_all_of_a_catalogues_options_reach_the_request(glueline: Command, harness: LedgerHarness):
    done = glueline(
        *[
            "enqueue",
            "catalog",
            "-s",
            "prod",
            "-d",
            "a*",
            "-d",
            "b",
            "--exclude-database",
            "c",
            "-t",
            "t?",
            "--exclude-table",
            "tmp_*",
        ],
        *[
            "-j",
            "etl_*",
            "--exclude-job",
            "old",
            "--partitions",
            "count",
            "--no-lineage",
            "--raw",
        ],
        *["--max-deletion-share", "0.25", "--full", "--json"],
    )
    request = harness.status(done.json["run_id"]).request
    assert request.source == "prod"
    assert request.filters.model_dump() == {
        "databases": {"allow": ("a*", "b"), "deny": ("c",)},
        "tables": {"allow": ("t?",), "deny": ("tmp_*",)},
        "jobs": {"allow": ("etl_*",), "deny": ("old",)},
    }
    assert request.options.model_dump() == {
        "partitions": "count",
        "lineage": False,
        "raw": True,
        "max_deletion_share": 0.25,
        "full": True,
    }


def test_every_command_answers_in_json(glueline: Command, harness: LedgerHarness):
    run_id = make_ended_run(harness, RunState.PARTIAL)
    harness.ledger(harness.calls.add_dead_letter("not JSON", "{"))
    assert glueline("status", run_id, "--json").json["state"] == "partial"
    watched = glueline("watch", run_id, "--json")
    assert watched.code == 3
    assert watched.json["run"]["failed_units"] == 1
    assert [f["unit_id"] for f in watched.json["failures"]] == ["jobs"]
    assert watched.json["warnings"] == ["odd", "odd"]
    assert [run["run_id"] for run in glueline("runs", "--json").json] == [run_id]
    failures = glueline("failures", run_id, "--json").json
    assert failures["failures"][0]["message"] == "ListJobs: AccessDenied: no"
    assert glueline("dead-letters", "--json").json[0]["reason"] == "not JSON"
    assert glueline("replay", run_id, "--json").json == {"run_id": run_id, "replayed": 1}
    assert glueline("cancel", run_id, "--json").json == {"run_id": run_id, "state": "cancelled"}
    assert glueline("enqueue", "database", "d", "--json").json["is_new"] is True
    assert glueline("enqueue", "job", "j", "--json").json["is_new"] is True
    assert glueline("enqueue", "catalog", "--json").json["is_new"] is True
    assert glueline("schedule", "list", "--json").json == []


def test_replaying_says_how_many_units_run_again(glueline: Command, harness: LedgerHarness):
    run_id = make_ended_run(harness, RunState.PARTIAL)
    done = glueline("replay", run_id, "--unit", "jobs")
    assert (done.code, done.out) == (0, f"1 unit of run {run_id[:8]} runs again\n")
    assert glueline("replay", run_id).code == 2


def test_waiting_ends_with_the_runs_exit_code(
    glueline: Command, harness: LedgerHarness, monkeypatch: pytest.MonkeyPatch
):
    def work(_: float) -> None:
        (run_id,) = harness.ledger(harness.calls.recent(1))
        harness.run_to_end(first_units(run_id, SALES), RunState.FAILED)

    monkeypatch.setattr("time.sleep", work)
    done = glueline("enqueue", "database", "sales", "--wait")
    assert done.code == 1
    assert "failed after" in done.err
    assert "1 failed" in done.err


def test_a_pipe_gets_one_plain_line_for_each_thing(glueline: Command, harness: LedgerHarness):
    run = harness.open(SALES)
    harness.fail(
        harness.take(run.units[0]), "line\none\ttab \x1b[31mred\x1b[0m [bold]x[/bold] " + "x" * 200
    )
    harness.finish(run.run_id, RunState.FAILED)
    harness.ledger(harness.calls.add_dead_letter("why", "two\nlines\r\x1b]0;title\x07"))
    for command, cells in (("failures", 4), ("dead-letters", 3), ("runs", 7)):
        done = glueline(command, *([run.run_id] if command == "failures" else []))
        (line,) = done.out.splitlines()
        assert len(line.split("\t")) == cells
        assert line.replace("\t", "").isprintable()
    assert "[bold]x[/bold]" in glueline("failures", run.run_id).out


def test_what_a_run_says_cannot_steer_the_terminal(glueline: Command, harness: LedgerHarness):
    run = harness.open(SALES)
    harness.fail(harness.take(run.units[0]), "no \x1b[2J \x07")
    harness.finish(run.run_id, RunState.FAILED, reason="no \x1b[2J")
    assert "\x1b" not in glueline("status", run.run_id).out


def test_a_name_in_brackets_is_no_markup(glueline: Command, harness: LedgerHarness):
    run_id = glueline("enqueue", "database", "a[/b] [red]c", "--json").json["run_id"]
    assert "database a[/b] [red]c of default" in glueline("status", run_id).out
    assert "database a[/b] [red]c of default" in glueline("runs").out


def test_a_reason_that_is_a_failures_is_told_once(glueline: Command, harness: LedgerHarness):
    run = harness.open(SALES)
    harness.fail(harness.take(run.units[0]), "Database sales not found.")
    harness.finish(run.run_id, RunState.FAILED, reason="Database sales not found.")
    assert glueline("status", run.run_id).out.count("not found") == 1


def test_what_has_ended_is_neither_stopped_nor_run_again(glueline: Command, harness: LedgerHarness):
    run_id = make_ended_run(harness, RunState.SUCCEEDED)
    assert "has already ended: succeeded" in glueline("cancel", run_id).out
    assert "the run has succeeded" in glueline("replay", run_id).err


def test_nothing_to_list_is_no_error(glueline: Command):
    for command in ("runs", "dead-letters"):
        assert glueline(command) == Done(0, "", "")


@pytest.mark.parametrize("command", ["status", "watch", "cancel", "failures", "replay"])
def test_an_unknown_run_is_wrong_usage(glueline: Command, command):
    done = glueline(command, "nosuchrun")
    assert done.code == 2
    assert done.out == ""
    assert (
        done.err
        == "glueline: there is no run 'nosuchrun'; `glueline runs` lists those that are known\n"
    )
