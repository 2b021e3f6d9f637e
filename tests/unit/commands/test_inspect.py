"""``glueline inspect`` over one file, many files, and folders of all kinds."""

import asyncio
import json
import os
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest
from tests.support.command import Said, glueline

from glueline.contract.messages import ExtractionRequest
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.tables import make_table_record
from glueline_worker.commands import inspect_many
from glueline_worker.commands.inspect_files import find_files
from glueline_worker.commands.inspect_reading import Surroundings
from glueline_worker.sinks.model import Run
from glueline_worker.sinks.registry import parse_sink

COPY = 'spark.read.parquet("s3://raw/{0}").write.parquet("s3://lake/{0}")\n'
STAR = 'spark.table("sales.orders").write.parquet("s3://lake/out")\n'


def inspect(*words: object) -> Said:
    return glueline("inspect", *map(str, words))


def lines(said: Said) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.out.splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    jobs = tmp_path / "jobs"
    for name in ("b.py", "a.py", "deep/c.py", ".hidden/x.py", "env/lib/y.py", "deep/.z.py"):
        path = jobs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(COPY.format(path.stem))
    (jobs / "env" / "pyvenv.cfg").touch()
    (jobs / "node_modules").mkdir()
    (jobs / "node_modules" / "q.py").write_text(COPY.format("q"))
    (jobs / "notes.md").write_text("no script")
    (jobs / "package.json").write_text('{"name": "a package", "version": "1"}')
    return jobs


def names(said: Said) -> list[str]:
    return [Path(line["file"]).name for line in lines(said)]


def test_a_folder_is_one_line_for_each_script_in_a_stable_order(folder: Path) -> None:
    said = inspect("script", folder, "--json")
    assert (said.code, said.err) == (0, "")
    assert names(said) == ["a.py", "b.py", "c.py"]
    first = lines(said)[0]
    assert first["inputs"] == [{"namespace": "s3://raw", "name": "a"}]
    assert first["outputs"] == [{"namespace": "s3://lake", "name": "a"}]
    assert len(first["edges"]) == 1
    assert first["warnings"] == []
    assert inspect("script", folder, folder / "b.py", "--json").out == said.out


def test_one_file_is_one_document_as_ever(folder: Path) -> None:
    document = json.loads(inspect("script", folder / "a.py", "--json").out)
    assert list(document) == ["inputs", "outputs", "edges", "warnings"]
    said = inspect("script", folder / "a.py")
    assert "← s3://raw/a" in said.out


def test_without_json_it_is_a_row_for_each_file_and_with_verbose_a_tree(folder: Path) -> None:
    rows = [line.split("\t") for line in inspect("script", folder).out.splitlines()]
    assert [row[1:] for row in rows] == [["1", "1", "1", "0", "0"]] * 3
    said = inspect("script", folder, "--verbose")
    assert said.out.count("← s3://raw/") == 3


def test_a_tree_tells_how_values_pass_and_on_demand_what_decides(tmp_path: Path) -> None:
    script = tmp_path / "paid.py"
    script.write_text(
        'spark.sql("SELECT day, sum(total) AS sum FROM shop.orders WHERE paid GROUP BY day")'
        '.write.saveAsTable("shop.paid")'
    )
    plain = inspect("script", script)
    assert "day → day\n" in plain.out
    assert "total → sum  aggregation" in plain.out
    assert "filter" not in plain.out
    for words in ([script], [script, script.parent], [tmp_path]):
        deciding = inspect("script", *words, "--indirect")
        assert "filter: paid" in deciding.out
        assert "group_by: day" in deciding.out
    as_json = inspect("script", script, "--json")
    assert inspect("script", script, "--json", "--indirect").out == as_json.out


def test_a_file_that_cannot_be_read_is_a_line_and_a_code(folder: Path) -> None:
    os.mkfifo(folder / "d.py")
    with (folder / "e.py").open("wb") as huge:
        huge.truncate(65 * 1024 * 1024)
    said = inspect("script", folder, folder / "gone.py", "--json")
    assert said.code == 1
    assert said.err.startswith("glueline: 3 of 6 files were not read: ")
    assert len(said.err.splitlines()) == 1
    by_name = {Path(line["file"]).name: line for line in lines(said)}
    assert list(by_name) == ["a.py", "b.py", "d.py", "e.py", "c.py", "gone.py"]
    for name, reason in {"d.py": "no regular", "e.py": "larger", "gone.py": "No such"}.items():
        assert reason in by_name[name]["warnings"][0]
        assert by_name[name]["edges"] == []
    assert inspect("script", folder).code == 1
    assert inspect("script", folder, "--verbose").code == 1


def test_links_that_go_around_in_a_circle_end(folder: Path) -> None:
    (folder / "deep" / "up").symlink_to(folder)
    (folder / "self.py").symlink_to(folder / "self.py")
    (folder / "other.py").symlink_to(folder / "a.py")
    said = inspect("script", folder, "--json")
    assert names(said) == ["a.py", "b.py", "self.py", "c.py"]
    assert said.code == 1  # self.py leads nowhere


def test_an_empty_folder_is_no_error(tmp_path: Path) -> None:
    assert inspect("script", tmp_path, "--verbose").out == inspect("script", tmp_path).out
    said = inspect("script", tmp_path, "--json")
    assert (said.code, said.out, said.err) == (0, "", "")
    assert inspect("script", tmp_path).code == 0


def test_odd_content_is_a_line_with_a_warning(tmp_path: Path) -> None:
    contents = {
        "zip.py": b"PK\x03\x04rest",
        "empty.py": b"",
        "html.py": b"<html><body>403</body></html>",
        "binary.py": bytes(range(256)),
        "broken.ipynb": b'{"cells": [',
        "list.json": b'["Command"]',
        "bare.sql": b";;",
        "bom.py": COPY.format("x").encode("utf-16"),
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    said = inspect("script", tmp_path, "--json")
    assert said.code == 0
    found = {line["file"].rpartition("/")[2]: line for line in lines(said)}
    assert found.keys() == contents.keys()
    assert [name for name, line in found.items() if not line["warnings"]] in (
        ["bom.py"],
        ["bare.sql", "bom.py"],
    )
    assert len(found["bom.py"]["edges"]) == 1


def test_a_file_of_sql_is_read_statement_by_statement(tmp_path: Path) -> None:
    (tmp_path / "load.sql").write_text(
        "-- nightly\nUSE shop;\n\nINSERT INTO target\nSELECT id FROM source;\n"
        "CREATE TEMP VIEW v AS SELECT * FROM raw.a; INSERT INTO other SELECT k FROM v\n"
    )
    (line,) = lines(inspect("script", tmp_path, "--json"))
    assert [
        (edge["upstream"]["name"], edge["downstream"]["name"], edge["line"])
        for edge in line["edges"]
    ] == [("table/raw/a", "table/shop/other", 6), ("table/shop/source", "table/shop/target", 4)]


def test_definitions_of_jobs_are_read_with_their_scripts(tmp_path: Path) -> None:
    studio = {"jobConfig": {"name": "daily"}, "dag": {}, "script": COPY.format("daily")}
    (tmp_path / "daily.json").write_text(json.dumps(studio))
    (line,) = lines(inspect("script", tmp_path, "--json"))
    assert [output["name"] for output in line["outputs"]] == ["daily"]


def test_many_files_are_read_by_several_processes_in_their_order(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspect_many, "FEW", 10)
    monkeypatch.setattr(inspect_many, "_count_cores", lambda: 2)
    for number in range(60):
        (folder / f"n{number:03}.py").write_text(COPY.format(number))
    files = list(find_files([folder]))
    many = list(inspect_many.read_files(files, "json", Surroundings(), None))
    monkeypatch.setattr(inspect_many, "FEW", 1000)
    assert many == list(inspect_many.read_files(files, "json", Surroundings(), None))
    assert len(many) == 63


class Pool:
    """Stands for processes, one of which ends on one file as the kernel does for want of memory."""

    def __init__(self, _: int, task: inspect_many.Task) -> None:
        self._task = task

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def submit(self, _: Any, chunk: list[str]) -> Future[Any]:
        done: Future[Any] = Future()
        if any(file.endswith("c.py") for file in chunk):
            done.set_exception(BrokenProcessPool())
        else:
            done.set_result(self._task.run(chunk))
        return done


def test_a_process_that_ends_costs_one_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspect_many, "FEW", 1)
    monkeypatch.setattr(inspect_many, "_count_cores", lambda: 2)
    monkeypatch.setattr(inspect_many, "_make_pool", Pool)
    for number in range(200):
        (folder / f"n{number:03}.py").write_text(COPY.format(number))
    files = list(find_files([folder]))
    reports = list(inspect_many.read_files(files, "json", Surroundings(), None))
    assert [report.file for report in reports] == [file.as_posix() for file in files]
    assert [report.file for report in reports if report.unread] == [f"{folder}/deep/c.py"]
    (line,) = [json.loads(report.text) for report in reports if report.unread]
    assert "its process was ended" in line["warnings"][0]


def columns(said: Said) -> set[tuple[str, str]]:
    return {
        (column["upstream"], column["downstream"])
        for edge in json.loads(said.out)["edges"]
        for column in edge["columns"]
    }


@pytest.fixture
def star(tmp_path: Path) -> Path:
    file = tmp_path / "star.py"
    file.write_text(STAR)
    return file


@pytest.mark.parametrize(
    "schema",
    [
        {"sales.orders": ["id", "ship"]},
        {"Sales/Orders": ["id", {"name": "ship", "type": "struct<city:string>"}]},
        {"sales.orders": {"id": "int", "ship": "string"}},
        {"sales.orders": ["id", {"name": "ship"}], "other": [], "x.y": []},
    ],
)
def test_a_schema_file_gives_the_columns(star: Path, tmp_path: Path, schema: Any) -> None:
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    for words in ([], ["--verbose"]):
        said = inspect("script", star, "--schema", tmp_path / "schema.json", "--json", *words)
        assert columns(said) == {("id", "id"), ("ship", "ship")}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is no JSON"),
        ("[1]", "a JSON object of tables was expected, not a list"),
        ('{"a.b": 5}', "table 'a.b': a list of columns was expected, not a number"),
        ('{"a.b": ["x", 5]}', "table 'a.b', column 2: a name"),
        ('{"a.b": ["x", {"type": "int"}]}', "table 'a.b', column 2 has no name"),
        ('{"a.b": ["x", {"name": "y", "type": 1}]}', "column 2: the type of 'y' is no text"),
        ('{"a.b": ["x", "X"]}', "table 'a.b' has the column 'X' twice"),
        ('{"a.b": ["x"], "a/b": ["y"]}', "table 'a/b' stands there twice"),
        ('{"a.b": ["x"], "a.b": ["y"]}', "'a.b' stands twice"),
        ('{"a/b/c": []}', "table 'a/b/c' is no name"),
        ('{"": []}', "table '' is no name"),
        ('{"a.b": [' + "[" * 100_000, "is no JSON"),
        ('{"a.b": ["' + '","'.join(map(str, range(100_001))) + '"]}', "more than 100,000"),
    ],
)
def test_a_bad_schema_file_is_one_sentence_with_the_place(
    star: Path, tmp_path: Path, content: str, reason: str
) -> None:
    (tmp_path / "schema.json").write_text(content)
    said = inspect("script", star, "--schema", tmp_path / "schema.json")
    assert said.code == 2
    assert reason in said.err
    assert len(said.err.splitlines()) == 1
    assert not said.out


@pytest.mark.parametrize("what", ["a pipe", "a device", "a folder", "a long name"])
def test_a_schema_that_is_no_file_or_a_huge_one_is_one_short_sentence(
    star: Path, tmp_path: Path, what: str
) -> None:
    given = tmp_path / "schema.json"
    if what == "a pipe":
        os.mkfifo(given)
    elif what == "a device":
        given.symlink_to("/dev/zero")
    elif what == "a folder":
        given.mkdir()
    else:
        given.write_text(json.dumps({"n" * 1_000_000: 1}))
    said = inspect("script", star, "--schema", given)
    assert said.code == 2
    assert len(said.err.splitlines()) == 1
    assert len(said.err) < 1000


def test_schemas_that_are_wide_or_wrong_invent_nothing(star: Path, tmp_path: Path) -> None:
    wide = {"sales.orders": [f"c{number}" for number in range(30_000)]}
    (tmp_path / "schema.json").write_text(json.dumps(wide))
    said = inspect("script", star, "--schema", tmp_path / "schema.json", "--json")
    assert len(columns(said)) == 30_000
    star.write_text('spark.table("sales.orders").select("other").write.parquet("s3://lake/x")')
    said = inspect("script", star, "--schema", tmp_path / "schema.json", "--json")
    assert not {pair for pair in columns(said) if pair[0].startswith("c")}


@pytest.fixture
def sink(tmp_path: Path) -> str:
    """A sink that holds a table, and another one twice with other columns."""
    url = f"sqlite:///{tmp_path}/sink.db"
    asyncio.run(_fill(url))
    return url


async def _fill(url: str) -> None:
    here = parse_sink(url)
    await here.open()
    made = {"1": {"orders": ["Id", "ship"], "both": ["a"]}, "2": {"both": ["b"]}}
    for generation, (account, tables) in enumerate(made.items()):
        request = ExtractionRequest(source=f"s{account}")
        run = Run(account * 32, generation + 1, request, datetime.now(UTC))
        writer = await here.begin(run, "database/sales")
        for name, names in tables.items():
            listed = [{"Name": each, "Type": "struct<city:string>"} for each in names]
            answer = {"Name": name, "StorageDescriptor": {"Columns": listed}}
            origin = RecordOrigin(f"s{account}", "eu-west-1", account * 12)
            await writer.write([make_table_record(answer, origin, database_name="sales")])
        await writer.complete()
    await here.close()


def test_a_sink_gives_the_columns(star: Path, sink: str) -> None:
    said = inspect("script", star, "--sink", sink, "--json")
    assert columns(said) == {("Id", "Id"), ("ship", "ship")}
    (line,) = lines(inspect("script", star.parent, "--sink", sink, "--json"))
    assert line["edges"] == json.loads(said.out)["edges"]


def test_tables_of_several_accounts_that_differ_are_not_known(star: Path, sink: str) -> None:
    star.write_text(STAR.replace("sales.orders", "sales.both"))
    words = ("script", star, "--sink", sink, "--json")
    assert columns(inspect(*words)) == set()
    assert columns(inspect(*words, "--account", "2" * 12)) == {("b", "b")}
    assert columns(inspect(*words, "--region", "us-east-1")) == set()


def test_a_schema_file_goes_before_the_sink(star: Path, sink: str, tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text('{"sales.orders": ["mine"]}')
    said = inspect("script", star, "--sink", sink, "--schema", tmp_path / "schema.json", "--json")
    assert columns(said) == {("mine", "mine")}


@pytest.mark.parametrize("url", ["sqlite:////no/such.db", "file:///tmp", "odd://x", "stdout:"])
def test_a_sink_that_cannot_be_read_is_one_sentence(star: Path, url: str) -> None:
    said = inspect("script", star, "--sink", url)
    assert said.code in {1, 2}
    assert len(said.err.splitlines()) == 1
    assert not said.out


def test_schemas_that_name_none_of_the_tables_are_said_to_be_of_no_use(
    star: Path, sink: str, tmp_path: Path
) -> None:
    (tmp_path / "schema.json").write_text('{"orders": ["id"]}')
    schema = ("--schema", tmp_path / "schema.json")
    for words in ([star], [star, "--json"], [star.parent], [star.parent, "--verbose"]):
        said = inspect("script", *words, *schema)
        assert said.code == 0
        assert "no columns of these tables are in" in said.err
        assert said.err.rstrip().endswith("sales.orders")
        assert not inspect("script", *words, *schema, "--sink", sink).err
    (tmp_path / "none.py").write_text("print(1)")
    assert not inspect("script", tmp_path / "none.py", *schema).err


def test_a_job_takes_schemas_too(tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text(
        '{"Name": "j", "Command": {"ScriptLocation": "s3://a/b.py"}}'
    )
    (tmp_path / "b.py").write_text(STAR)
    (tmp_path / "schema.json").write_text('{"sales.orders": ["id"]}')
    words = ("--script", tmp_path / "b.py", "--schema", tmp_path / "schema.json", "--json")
    assert columns(inspect("job", tmp_path / "job.json", *words)) == {("id", "id")}
