"""Whatever things are called: nothing is lost or merged, and no name does more than name."""

import itertools
import json
import os
import pty
import re
import select
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.acceptance.security.names import LONG, NUL, ODD, STEERING
from tests.conftest import FAKE_CREDENTIALS, quick_settings
from tests.support.command import COMMAND, glueline
from tests.support.examples import examples
from tests.support.postgres import postgres_server
from tests.support.system import System, variables
from tests.support.warm import popen

from glueline import Options, RunState
from glueline.contract.messages import DatabaseUnit, JobUnit, PartitionsUnit, encode
from glueline.contract.records import TableRecord
from glueline.contract.terminal import clean_line, clean_lines, escape_json
from glueline_simulator import Simulator
from glueline_worker.aws.json_parser import UnreadableAnswer, parse_body
from glueline_worker.local.server import EmbeddedRedis
from glueline_worker.sinks.object_names import make_object_path, name_object, shorten_key

TABLES = [*ODD, *NUL, *LONG]
JOBS = [*ODD, *NUL]
STYLE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
"""What rich itself sends: colours, and moves of the cursor."""

names = st.text(min_size=1, max_size=300) | st.sampled_from(ODD + LONG)


def _catalogue() -> dict[str, Any]:
    def table(name: str) -> dict[str, Any]:
        """Glue folds names to lower case; ``raw`` keeps one as it is, but not a long one."""
        raw = {} if name in LONG else {"Name": name}
        column = {"name": name[:255], "type": "string", "comment": name, "parameters": {name: name}}
        return {"raw": raw, "columns": [column], "parameters": {name: name}}

    tables = {name if name in LONG else f"t{n}": table(name) for n, name in enumerate(TABLES)}
    values = [[name] for name in [*ODD, *NUL]]
    by_value = {"columns": {"id": "int"}, "partition_keys": {"p": "string"}, "partitions": values}
    return {
        "databases": {
            "odd": {"tables": tables},
            "by_value": {"tables": {"t": by_value}},
            **{f"d{n}": {"raw": {"Name": name}} for n, name in enumerate(ODD)},
        },
        "jobs": {
            name: {"script": _copying(name), "script_location": f"s3://scripts/{n}.py"}
            for n, name in enumerate(JOBS)
        },
    }


def _copying(name: str) -> str:
    return f"spark.table({f'odd.{name}'!r}).write.saveAsTable({f'out.{name}'!r})\n"


@dataclass
class Extracted:
    """A run of everything, in all sinks."""

    system: System
    run: Any
    folder: Path
    postgres: dict[str, list[tuple[Any, ...]]]
    env: dict[str, str]

    def files(self, kind: str) -> list[dict[str, Any]]:
        return [r for r in self.system.records(self.run.run_id) if r["kind"] == kind]

    def sqlite(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "glue.db")) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def extracted(
    redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Extracted]:
    folder = tmp_path_factory.mktemp("odd") / "inner"
    folder.mkdir()
    settings = quick_settings(redis_server, "odd-names:", folder)
    with Simulator(catalogue=_catalogue()) as sim, postgres_server() as postgres:
        database = postgres.create_database()
        sinks = (f"file:{folder}/out", f"sqlite:///{folder}/glue.db", database)
        worker = settings.worker.model_copy(update={"lease": 30.0, "attempts": 2})
        settings = settings.model_copy(update={"sinks": sinks, "worker": worker})
        env = {**FAKE_CREDENTIALS, **variables(settings, sim.url)}
        running = System(settings, sim.url, 1, folder, FAKE_CREDENTIALS)
        running.start()
        try:
            accepted = running.producer.enqueue_catalog(options=Options(partitions="all", raw=True))
            run = running.wait(accepted.run_id, 110)
            yield Extracted(running, run, folder, _tables_of(database), env)
        finally:
            running.stop()


def _tables_of(database: str) -> dict[str, list[tuple[Any, ...]]]:
    queries = {
        "databases": "SELECT name, record->>'name' FROM databases",
        "tables": "SELECT name, record->>'name' FROM tables",
        "jobs": "SELECT name, record->>'name' FROM jobs",
        "partitions": "SELECT partition_values FROM partitions",
    }
    with psycopg.connect(database) as connection:
        return {name: connection.execute(query).fetchall() for name, query in queries.items()}


@pytest.mark.timeout(300)
def test_no_unit_fails(extracted: Extracted) -> None:
    failures = extracted.system.producer.failures(extracted.run.run_id)
    assert not failures
    assert extracted.run.state is RunState.SUCCEEDED


def test_files_hold_every_name_once(extracted: Extracted) -> None:
    def found(kind: str, field: str = "name") -> Counter[str]:
        return Counter(record[field] for record in extracted.files(kind))

    assert found("database") == Counter([*ODD, "odd", "by_value"])
    assert found("table") == Counter([*TABLES, "t"])
    assert found("job") == Counter(JOBS)
    values = Counter(record["values"][0] for record in extracted.files("partition"))
    assert values == Counter([*ODD, *NUL])


def test_sqlite_holds_every_name_once(extracted: Extracted) -> None:
    def found(table: str) -> Counter[str]:
        return Counter(name for (name,) in extracted.sqlite(f"SELECT name FROM {table}"))

    assert found("databases") == Counter([*ODD, "odd", "by_value"])
    assert found("tables") == Counter([*TABLES, "t"])
    assert found("jobs") == Counter(JOBS)
    rows = extracted.sqlite("SELECT partition_values FROM partitions")
    assert Counter(json.loads(row)[0] for (row,) in rows) == Counter([*ODD, *NUL])


def test_postgresql_holds_every_name_once_and_replaces_nul(extracted: Extracted) -> None:
    def stored(wanted: list[str]) -> Counter[str]:
        return Counter(name.replace("\0", "\ufffd") for name in wanted)

    for kind, wanted in (("tables", [*TABLES, "t"]), ("jobs", JOBS)):
        columns, records = zip(*extracted.postgres[kind], strict=True)
        assert Counter(columns) == stored(wanted)
        assert Counter(records) == stored(wanted)
    values = Counter(row[0][0] for row in extracted.postgres["partitions"])
    assert values == stored([*ODD, *NUL])


def test_lineage_names_each_job_and_its_tables(extracted: Extracted) -> None:
    processes = {record["process"] for record in extracted.files("lineage")}
    told = {f"job/{encode(name)}" for name in JOBS}
    assert processes <= told
    assert len(processes) > len(JOBS) * 0.8


def test_no_file_stands_outside_the_sink(extracted: Extracted) -> None:
    around = {path.name for path in extracted.folder.parent.iterdir()}
    assert around == {"inner"}
    inner = {
        path.name.removesuffix("-wal").removesuffix("-shm") for path in extracted.folder.iterdir()
    }
    assert inner == {"out", "glue.db", "worker-1.log"}
    depths = {
        len(path.relative_to(extracted.folder / "out").parts)
        for path in (extracted.folder / "out").rglob("*")
        if path.is_file()
    }
    assert depths == {2, 3}


SHOWN = [
    *[name for name in ODD if "\x00" not in name and len(name) < 100][::3],
    "\x1b[31mred\x1b[0m",
]


@pytest.mark.timeout(300)
def test_commands_take_any_name_and_no_terminal_is_steered(extracted: Extracted) -> None:
    """A name that no database has fails, and its failure repeats the name."""
    producer = extracted.system.producer
    strange = "\x1b[31m\x9b5m\u202e[bold]x[/y]\r\x07"
    failing = producer.enqueue_database(f"no {strange}").run_id
    extracted.system.wait(failing)
    sink = f"sqlite:///{extracted.folder}/glue.db"
    script = extracted.folder / "copy.py"
    script.write_text(_copying(strange))
    commands = [
        *(["status", failing], ["failures", failing], ["runs"], ["failures", failing, "--json"]),
        ["enqueue", "database", "--wait", f"none {strange}"],
        ["enqueue", "job", "--", "--json"],
        ["lineage", "--sink", sink, "odd.\x1b[31mred\x1b[0m"],
        ["lineage", "--sink", sink, f"nothing {strange}"],
        *(["inspect", "script", str(script), *words] for words in ([], ["--json"])),
    ]
    for words in commands:
        shown = _on_terminal(words, extracted.env)
        assert "Traceback" not in shown, shown
        raw = STYLE.sub("", shown.replace("\r\n", "\n"))
        found = {c for c in raw if c in STEERING} - {"\n", "\r"}
        assert not found, (words, found, shown)
        assert "\x1b[5m" not in shown
    script.unlink()


def _on_terminal(words: list[str], env: dict[str, str]) -> str:
    """All that a command sends to its terminal."""
    ours, theirs = pty.openpty()
    process = popen(
        [*COMMAND, *words],
        env={**os.environ, **env, "TERM": "xterm-256color", "COLUMNS": "200"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        close_fds=True,
    )
    os.close(theirs)
    sent = b""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if select.select([ours], [], [], 0.2)[0]:
            try:
                more = os.read(ours, 65536)
            except OSError:  # Linux's way to say that nobody writes any more
                break
            if not more:
                break
            sent += more
        elif process.poll() is not None:
            break
    process.wait(60)
    os.close(ours)
    return sent.decode("utf-8", "replace")


def test_the_words_for_other_programs_are_one_line_a_row(extracted: Extracted) -> None:
    failing = extracted.system.producer.enqueue_job("no\nsuch\tjob\x1b[2J").run_id
    extracted.system.wait(failing)
    said = glueline("failures", failing, env=extracted.env)
    assert len(said.out.splitlines()) == 1
    assert len(said.out.split("\t")) == 4
    assert "\x1b" not in said.out


@hypothesis.settings(deadline=None, max_examples=examples(50))
@given(st.lists(names, min_size=2, max_size=8, unique=True))
def test_different_names_have_different_ids_keys_and_objects(found: list[str]) -> None:
    about = {"run_id": "0" * 32, "source": "default"}
    units = [DatabaseUnit(**about, database=name) for name in found]
    units += [JobUnit(**about, job=name) for name in found]
    pairs = itertools.pairwise(found)
    units += [PartitionsUnit(**about, database=a, table=b) for a, b in pairs]
    ids = {unit.unit_id for unit in units}
    assert len(ids) == len(units)
    paths = {make_object_path("table", "0" * 32, unit_id, "jsonl") for unit_id in ids}
    assert len(paths) == len(ids)
    for path in paths:
        folder, _, name = path.rpartition("/")
        assert folder == f"table/run={'0' * 32}"
        assert name.isascii()
        assert name.isprintable()
        assert len(name) < 255
        assert not name.startswith(".")
    tables = [TableRecord(source="s", region="r", database_name="d", name=name) for name in found]
    assert len({shorten_key(table.key) for table in tables}) == len(found)


@hypothesis.settings(deadline=None)
@given(st.text(max_size=300, alphabet=st.characters()))
def test_object_names_never_leave_their_folder(unit: str) -> None:
    root = Path("/srv/out")
    path = (root / name_object(unit)).resolve()
    assert path.parent == root


@hypothesis.settings(deadline=None)
@given(st.text(alphabet=st.characters(), max_size=80))
def test_what_is_shown_holds_nothing_that_steers(text: str) -> None:
    assert not STEERING & set(clean_line(text))
    assert not STEERING & set(clean_lines(text)) - {"\n"}
    assert len(clean_line(text)) == len(text)
    whole = text.encode(errors="replace").decode()
    document = escape_json(json.dumps({"x": whole}, ensure_ascii=False).encode()).decode()
    assert json.loads(document) == {"x": whole}
    assert not STEERING & set(document)


def test_half_a_surrogate_pair_costs_no_listing() -> None:
    answer = parse_body(rb'{"TableList": [{"Name": "half\ud800"}, {"Name": "\ud83e\udd80"}]}')
    assert answer == {"TableList": [{"Name": "half?"}, {"Name": "🦀"}]}
    with pytest.raises(UnreadableAnswer):
        parse_body(b'{"TableList": [')
    with pytest.raises(UnreadableAnswer):
        parse_body(b"[" * 100_000)
