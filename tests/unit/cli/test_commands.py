"""The command line: what it prints, and the exit codes it ends with."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main
from tests.unit.desk import Desk

from glueline import cli
from glueline.contract.messages import DatabaseScope, ExtractionRequest, first_units
from glueline.contract.runs import RunState
from glueline.settings import Settings

SECRET = "hunter2"
SALES = ExtractionRequest(scope=DatabaseScope(name="sales"))
EXIT_CODES = [(RunState.SUCCEEDED, 0), (RunState.PARTIAL, 3), (RunState.FAILED, 1)]


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Done]


@pytest.fixture
def glueline(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """``glueline("status", "ab")`` runs the command in this process, without a terminal."""
    monkeypatch.setenv("COLUMNS", "160")

    def run(*args: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["glueline", *args])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        assert isinstance(code, int)
        return Done(code, captured.out, captured.err)

    return run


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command finds the test's Redis."""
    monkeypatch.setenv("GLUELINE_REDIS_URL", settings.redis_url)
    monkeypatch.setenv("GLUELINE_KEY_PREFIX", settings.key_prefix)


def ended(desk: Desk, state: RunState) -> str:
    """A run of two units that has ended in ``state``; its id."""
    run = desk.open()
    first, second = (desk.take(unit) for unit in run.units)
    desk.settle(first, counts={"database": 2, "table": 1200, "calls": 5}, warnings=["odd", "odd"])
    if state is RunState.SUCCEEDED:
        desk.settle(second)
    else:
        desk.fail(second, "ListJobs: AccessDenied: no")
    desk.finish(run.run_id, state)
    return run.run_id


def commands() -> Iterator[tuple[str, Any]]:
    """All commands by their words."""

    def walk(group: Any, words: str) -> Iterator[tuple[str, Any]]:
        for name, command in group.commands.items():
            path = f"{words} {name}".strip()
            yield from walk(command, path) if hasattr(command, "commands") else [(path, command)]

    return walk(typer.main.get_command(cli.build()), "")


@pytest.mark.usefixtures("server")
class TestRuns:
    """Commands on a real Redis."""

    @pytest.mark.parametrize(("state", "code"), EXIT_CODES)
    @pytest.mark.parametrize("command", ["status", "watch"])
    def test_the_exit_code_is_that_of_the_run(
        self, glueline: Command, desk: Desk, command, state, code
    ):
        run_id = ended(desk, state)
        done = glueline(command, run_id)
        assert done.code == code
        assert state.value in done.out
        assert "1,200 tables" in done.out
        assert "odd  (2 times)" in done.out

    @pytest.mark.parametrize("state", [RunState.CANCELLED, RunState.SUPERSEDED])
    def test_a_run_that_was_stopped_has_failed_for_a_shell(
        self, glueline: Command, desk: Desk, state
    ):
        run = desk.open()
        if state is RunState.CANCELLED:
            assert glueline("cancel", run.run_id).code == 0
        else:
            desk.open()
        assert glueline("status", run.run_id).code == 1

    def test_a_run_that_goes_on_has_not_failed(self, glueline: Command, desk: Desk):
        done = glueline("status", desk.open().run_id)
        assert done.code == 0
        assert "running" in done.out

    def test_the_start_of_an_id_is_enough(self, glueline: Command, desk: Desk):
        run_id = desk.ledger(desk.calls.open_run("abc" + "0" * 29, SALES)).run_id
        assert glueline("status", "ab", "--json").json["run_id"] == run_id

    def test_enqueueing_prints_the_run(self, glueline: Command, desk: Desk):
        done = glueline("enqueue", "database", "sales", "--table", "a*", "--idempotency-key", "k")
        run_id = re.fullmatch(r"run ([0-9a-f]{32})\n", done.out)
        assert run_id
        assert done.code == 0
        request = desk.status(run_id[1]).request
        assert (request.scope, request.filters.tables.allow) == (SALES.scope, ("a*",))
        again = glueline("enqueue", "database", "sales", "--idempotency-key", "k")
        assert "its idempotency key was known" in again.out

    def test_all_of_a_catalogues_options_reach_the_request(self, glueline: Command, desk: Desk):
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
            *["--max-deletion-share", "0.25", "--json"],
        )
        request = desk.status(done.json["run_id"]).request
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
        }

    def test_every_command_answers_in_json(self, glueline: Command, desk: Desk):
        run_id = ended(desk, RunState.PARTIAL)
        desk.ledger(desk.calls.bury("not JSON", "{"))
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

    def test_replaying_says_how_many_units_run_again(self, glueline: Command, desk: Desk):
        run_id = ended(desk, RunState.PARTIAL)
        done = glueline("replay", run_id, "--unit", "jobs")
        assert (done.code, done.out) == (0, f"1 units of run {run_id[:8]} run again\n")
        assert glueline("replay", run_id).code == 2

    def test_waiting_ends_with_the_runs_exit_code(
        self, glueline: Command, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ):
        def work(_: float) -> None:
            (run_id,) = desk.ledger(desk.calls.recent(1))
            desk.run_to_end(first_units(run_id, SALES), RunState.FAILED)

        monkeypatch.setattr("time.sleep", work)
        done = glueline("enqueue", "database", "sales", "--wait")
        assert done.code == 1
        assert "failed after" in done.err
        assert "1 failed" in done.err

    def test_a_pipe_gets_one_plain_line_for_each_thing(self, glueline: Command, desk: Desk):
        run = desk.open(SALES)
        desk.fail(
            desk.take(run.units[0]), "line\none\ttab \x1b[31mred\x1b[0m [bold]x[/bold] " + "x" * 200
        )
        desk.finish(run.run_id, RunState.FAILED)
        desk.ledger(desk.calls.bury("why", "two\nlines\r\x1b]0;title\x07"))
        for command, cells in (("failures", 4), ("dead-letters", 3), ("runs", 7)):
            done = glueline(command, *([run.run_id] if command == "failures" else []))
            (line,) = done.out.splitlines()
            assert len(line.split("\t")) == cells
            assert line.replace("\t", "").isprintable()
        assert "[bold]x[/bold]" in glueline("failures", run.run_id).out

    def test_what_a_run_says_cannot_steer_the_terminal(self, glueline: Command, desk: Desk):
        run = desk.open(SALES)
        desk.fail(desk.take(run.units[0]), "no \x1b[2J \x07")
        desk.finish(run.run_id, RunState.FAILED, reason="no \x1b[2J")
        assert "\x1b" not in glueline("status", run.run_id).out

    def test_a_name_in_brackets_is_no_markup(self, glueline: Command, desk: Desk):
        run_id = glueline("enqueue", "database", "a[/b] [red]c", "--json").json["run_id"]
        assert "database a[/b] [red]c of default" in glueline("status", run_id).out
        assert "database a[/b] [red]c of default" in glueline("runs").out

    def test_nothing_to_list_is_no_error(self, glueline: Command):
        for command in ("runs", "dead-letters"):
            assert glueline(command) == Done(0, "", "")

    @pytest.mark.parametrize("command", ["status", "watch", "cancel", "failures", "replay"])
    def test_an_unknown_run_is_wrong_usage(self, glueline: Command, command):
        done = glueline(command, "nosuchrun")
        assert done.code == 2
        assert done.out == ""
        assert (
            done.err
            == "glueline: there is no run 'nosuchrun'; `glueline runs` lists those that are known\n"
        )


@pytest.mark.parametrize(
    "words",
    [
        "nosuch",
        "status",
        "runs --limit many",
        "runs --limit 0",
        "runs --nosuch",
        "enqueue",
        "enqueue table x",
        "enqueue catalog --partitions some",
        "enqueue catalog --max-deletion-share 2",
        "enqueue catalog --max-deletion-share much",
        "enqueue catalog -d [a",
        "enqueue catalog --exclude-table",
        "enqueue catalog --exclude-job [",
        "enqueue catalog -s no/such",
        "enqueue database",
    ],
)
def test_wrong_usage_is_exit_code_2_and_no_traceback(glueline: Command, words: str):
    assert glueline(*words.split()).code == 2


def test_an_empty_name_is_wrong_usage(glueline: Command):
    done = glueline("enqueue", "job", "")
    assert done.code == 2
    assert done.err.count("\n") == 1


def test_a_malformed_glob_is_named(glueline: Command):
    done = glueline("enqueue", "catalog", "-t", "ok*", "-t", "[a")
    assert done.err.startswith("glueline: filter tables.allow.1: ")
    assert "'[a'" in done.err


@pytest.mark.parametrize("words", ["runs", "status ab", "enqueue job j", "dead-letters --json"])
def test_without_redis_one_sentence_says_so(glueline: Command, monkeypatch, words: str):
    monkeypatch.setenv("GLUELINE_REDIS_URL", f"redis://:{SECRET}@127.0.0.1:1/0")
    done = glueline(*words.split())
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("glueline: Redis did not answer: ")
    assert done.err.count("\n") == 1
    assert SECRET not in done.err


@pytest.mark.parametrize(
    "toml",
    ["sinks = [", "nosuch = 1", f'redis_url = "redis://:{SECRET}@h:x"', "[worker]\nlease = 0"],
)
def test_a_wrong_file_is_wrong_usage(glueline: Command, tmp_path: Path, toml: str):
    (tmp_path / "glueline.toml").write_text(toml)
    done = glueline("runs")
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert SECRET not in done.err


def test_a_wrong_variable_is_wrong_usage(glueline: Command, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GLUELINE_SILENCE", SECRET)
    done = glueline("runs")
    assert done.code == 2
    assert done.err.startswith("glueline: setting silence: ")
    assert SECRET not in done.err


def test_two_schedules_of_one_name_are_wrong_usage(glueline: Command, tmp_path: Path):
    (tmp_path / "glueline.toml").write_text('[[schedules]]\nname = "a"\nevery = "1h"\n' * 2)
    assert glueline("schedule", "run").code == 2
    assert [s["name"] for s in glueline("schedule", "list", "--json").json] == ["a", "a"]
    assert glueline("schedule", "list").out.startswith("a\t3600 s\tcatalog of default\tin ")


@pytest.mark.parametrize(
    ("words", "command"), [pytest.param(*found, id=found[0]) for found in commands()]
)
def test_help_has_a_sentence_and_says_what_can_be_given(
    glueline: Command, words: str, command: Any
):
    done = glueline(*words.split(), "--help")
    assert done.code == 0
    assert re.search(r"[A-Z][\w ,'-]+.*[.:]", command.help or "")
    given = [parameter for parameter in command.params if parameter.name != "help"]
    assert given or "Example" in command.help or words == "schedule run"
    for parameter in given:
        for option in parameter.opts if parameter.param_type_name == "option" else []:
            assert option in done.out


def test_the_help_tells_the_exit_codes(glueline: Command):
    done = glueline("--help")
    assert done.code == 0
    assert "0 succeeded, 1 failed, 2 wrong usage, 3 partial" in done.out


def test_help_starts_without_the_queue_and_without_aws():
    code = (
        "import sys\nfrom glueline.cli import main\nsys.argv = ['glueline', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = ('celery', 'kombu', 'redis', 'aiobotocore', 'botocore', 'sqlalchemy', 'sqlglot')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage: glueline" in done.stdout
    assert done.stderr == "[]\n"


@pytest.mark.parametrize(
    ("args", "code"),
    [(["--help"], 0), (["nosuch"], 2), (["runs"], 1)],
    ids=["help", "usage", "away"],
)
def test_the_installed_command_ends_the_same_way(monkeypatch, args: list[str], code: int):
    monkeypatch.setenv("GLUELINE_REDIS_URL", "redis://127.0.0.1:1/0")
    done = subprocess.run(
        [sys.executable, "-m", "glueline.cli", *args], capture_output=True, text=True, check=False
    )
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_a_reader_that_has_enough_is_no_error():
    done = subprocess.run(
        f"{sys.executable} -m glueline.cli --help | true",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr
