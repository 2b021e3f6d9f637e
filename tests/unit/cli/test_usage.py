"""What every command has: exit codes for wrong usage, one sentence for an error, help."""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from tests.unit.cli.conftest import Command, Done

from glueline import cli

SECRET = "hunter2"


def commands() -> Iterator[tuple[str, Any]]:
    """All commands by their words."""

    def walk(group: Any, words: str) -> Iterator[tuple[str, Any]]:
        for name, command in group.commands.items():
            path = f"{words} {name}".strip()
            yield from walk(command, path) if hasattr(command, "commands") else [(path, command)]

    return walk(cli.build_group().load_all(), "")


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


def test_a_demo_without_a_folder_says_so(glueline: Command, tmp_path: Path):
    (tmp_path / "file").touch()
    done = glueline("demo", "--output", str(tmp_path / "file" / "demo"))
    assert done.code == 2
    assert done.err.endswith("file/demo cannot be made: Not a directory\n")


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
    assert done.err.endswith("; start a server there, or set GLUELINE_REDIS_URL\n")
    assert done.err.count("\n") == 1
    assert SECRET not in done.err


def test_a_misspelt_setting_is_named_with_its_line(glueline: Command, tmp_path: Path):
    (tmp_path / "glueline.toml").write_text("[worker]\nconcurency = 3\n")
    done = glueline("runs")
    assert done.err == (
        "glueline: glueline.toml, line 2: worker.concurency: there is no such name\n"
    )


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


def test_the_list_of_commands_says_what_the_commands_say():
    listed = {name: command.help for name, command in cli.build_group().commands.items()}
    loaded = {name: one.help for name, one in cli.build_group().load_all().commands.items()}
    assert listed == {name: (text or "").split("\n\n")[0] for name, text in loaded.items()}


def test_the_version_is_that_of_the_distribution(glueline: Command):
    assert glueline("--version") == Done(0, f"glueline {version('glueline')}\n", "")


def test_the_help_tells_the_exit_codes(glueline: Command):
    done = glueline("--help")
    assert done.code == 0
    assert "0 succeeded, 1 failed, 2 wrong usage, 3 partial" in done.out


def test_the_paragraphs_of_a_help_run_on(glueline: Command):
    assert "goes back to the queue. Several processes share" in glueline("worker", "--help").out
    assert "(default: that of the source)" in glueline("policy", "--help").out


def test_help_starts_without_the_queue_and_without_aws():
    code = (
        "import sys\nfrom glueline.cli import run_command\nsys.argv = ['glueline', '--help']\n"
        "try:\n    run_command()\nexcept SystemExit:\n    pass\n"
        "heavy = ('pydantic', 'celery', 'kombu', 'redis', 'aiobotocore', 'botocore', 'sqlalchemy', 'sqlglot')\n"
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
