"""The formats of the file sink's objects."""

import hashlib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.unit.sinks.places import parquet_place, zstd_place
from tests.unit.sinks.samples import ENDED, ONE_OF_EACH, commit, job, run, store, table

from glueline.contract.records import KINDS, parse_record
from glueline.contract.runs import RunState
from glueline.contract.structs import to_builtins
from glueline_worker.sinks.errors import SinkRefused
from glueline_worker.sinks.files.formats import parquet
from glueline_worker.sinks.files.formats.arrow_rows import make_arrow_table, make_json_lines
from glueline_worker.sinks.files.formats.arrow_types import make_arrow_schema
from glueline_worker.sinks.files.formats.registry import find_format
from glueline_worker.sinks.files.object_file import LineReader
from glueline_worker.sinks.json_text import to_json
from glueline_worker.sinks.model import Commit, Part, Run
from glueline_worker.sinks.registry import parse_sink

EXTENSIONS = ("jsonl", "jsonl.zst", "parquet")
LEFT_OUT = {"data_type"}


def encode(*records: Any) -> bytes:
    return b"".join(to_json(record)[1] + b"\n" for record in records)


def write(extension: str, kind: str, *batches: bytes) -> bytes:
    file = io.BytesIO()
    writer = find_format(f"x.{extension}").make_writer(kind, file)
    for batch in batches:
        writer.append(batch, batch.count(b"\n"))
    writer.finish()
    return file.getvalue()


def list_objects(root: Path, pattern: str) -> list[Path]:
    return sorted(root.glob(pattern))


def field_names(record: dict[str, Any]) -> set[str]:
    return set(record) - LEFT_OUT


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_has_each_field_of_a_record(kind: str):
    sample = next(each for each in ONE_OF_EACH if each.kind == kind)
    assert set(make_arrow_schema(kind).names) == field_names(to_builtins(sample))


def test_columns_are_nested_and_typed():
    schema = make_arrow_schema("table")
    assert str(schema.field("parameters").type) == "map<string, string>"
    assert str(schema.field("create_time").type) == "timestamp[us, tz=UTC]"
    names = [field.name for field in schema.field("columns").type.value_type]
    assert names == ["name", "type", "comment", "parameters", "constraints", "glue"]


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("sample", ONE_OF_EACH, ids=lambda each: each.kind)
def test_lines_are_found_by_their_addresses(extension: str, sample: Any):
    line = encode(sample)
    size = 1 if find_format(f"x.{extension}").counts_rows else len(line)
    picker = find_format(f"x.{extension}").make_picker(
        io.BytesIO(write(extension, sample.kind, line * 2, line * 3))
    )
    assert picker.count() == 5
    whole = picker.read(0, 5 * size)
    assert whole.count(b"\n") == 5
    for start, end in ((3, 5), (0, 1), (2, 2), (1, 4)):
        assert picker.read(start * size, end * size) == b"".join(
            whole.splitlines(keepends=True)[start:end]
        )
    with pytest.raises(OSError, match="cut off"):
        picker.read(4 * size, 6 * size)


@pytest.mark.parametrize("sample", ONE_OF_EACH, ids=lambda each: each.kind)
def test_rows_become_the_same_rows_again(sample: Any):
    schema = make_arrow_schema(sample.kind)
    rows = make_arrow_table(encode(sample), schema)
    assert make_arrow_table(make_json_lines(rows), schema).equals(rows)


def test_any_json_of_a_raw_answer_is_kept_as_text():
    answer = {"big": 1 << 70, "deep": [{"a": None}], "text": "naïve"}
    rows = make_arrow_table(encode(job("load", raw=answer)), make_arrow_schema("job"))
    assert json.loads(rows.column("raw")[0].as_py()) == answer


def test_a_number_beyond_64_bits_is_null_and_stops_nothing():
    lines = encode(table("a", retention=1 << 63), table("b", retention=7))
    rows = make_arrow_table(lines, make_arrow_schema("table"))
    assert rows.column("retention").to_pylist() == [None, 7]


def test_row_groups_are_bounded(monkeypatch: pytest.MonkeyPatch):
    line = encode(table("a", description="x" * 1000))
    monkeypatch.setattr(parquet, "_ROW_GROUP", 10 * len(line))
    content = write("parquet", "table", *[line] * 35)
    metadata = pq.ParquetFile(io.BytesIO(content)).metadata
    sizes = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
    assert sizes == [10, 10, 10, 5]


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("name", ["orders.jsonl", "a.parquet", "x"])
def test_the_name_of_a_unit_does_not_change_the_format(extension: str, name: str):
    assert find_format(f"table/run=1/{name}.{extension}").extension == extension


@pytest.mark.parametrize("extension", ["jsonl.zst", "parquet"])
@pytest.mark.parametrize("cut", [1, 10, 100])
async def test_an_object_that_is_cut_off_is_refused_at_the_commit(
    extension: str, cut: int, tmp_path: Path
):
    place = (parquet_place if extension == "parquet" else zstd_place)(tmp_path)
    sink = place.make()
    await sink.open()
    wide = [table(f"t{number}", description="x" * 3000 + str(number)) for number in range(100)]
    await store(sink, run(), "database/sales", *wide)
    [path] = list_objects(tmp_path, f"table/run=*/*.{extension}")
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(SinkRefused, match="cut off; extract database/sales again"):
        await commit(sink, run())


@pytest.mark.parametrize("extension", ["jsonl.zst", "parquet"])
async def test_a_discarded_large_unit_leaves_nothing(extension: str, tmp_path: Path):
    place = (parquet_place if extension == "parquet" else zstd_place)(tmp_path)
    sink = place.make()
    await sink.open()
    writer = await sink.begin(run(), "database/sales")
    await writer.write([table(f"t{number}", description="x" * 3000) for number in range(100)])
    assert list_objects(tmp_path, "table/run=*/.tmp-*")
    await writer.discard()
    assert not list_objects(tmp_path, "table/run=*/*")
    assert not list_objects(tmp_path, "table/run=*/.*")


@pytest.mark.parametrize("extension", ["jsonl.zst", "parquet"])
def test_a_damaged_byte_of_the_lines_is_found(extension: str):
    texts = (hashlib.sha256(bytes([number])).hexdigest() for number in range(200))
    lines = encode(*[table(f"t{number}", description=text) for number, text in enumerate(texts)])
    content = write(extension, "table", lines)
    start = len(content) // 2 if extension == "jsonl.zst" else find_middle_of_descriptions(content)
    for place in range(start, start + 50):
        damaged = bytearray(content)
        damaged[place] ^= 1
        with pytest.raises(OSError, match="damaged"):
            find_format(f"x.{extension}").make_picker(io.BytesIO(damaged)).read(0, 200)


def find_middle_of_descriptions(content: bytes) -> int:
    group = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0)
    chunks = [group.column(number) for number in range(group.num_columns)]
    [chunk] = [each for each in chunks if each.path_in_schema == "description"]
    return chunk.dictionary_page_offset + chunk.total_compressed_size // 2


def test_a_row_group_is_read_once_for_all_of_its_rows(monkeypatch: pytest.MonkeyPatch):
    line = encode(table("a"))
    monkeypatch.setattr(parquet, "_ROW_GROUP", 10 * len(line))
    picker = parquet.ParquetPicker(io.BytesIO(write("parquet", "table", *[line] * 35)))
    made, make = list[int](), parquet.make_json_lines
    monkeypatch.setattr(
        parquet, "make_json_lines", lambda rows: made.append(len(rows)) or make(rows)
    )
    assert len({picker.read(row, row + 1) for row in range(35)}) == 1
    assert made == [10, 10, 10, 5]


@pytest.mark.parametrize("extension", ["jsonl.zst", "parquet"])
async def test_kept_parts_are_read_from_the_start_of_an_object_to_its_end(
    extension: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    parts = [Part(f"{n}", (table(f"t{n:02}", retention=n),), f"print {n}") for n in range(20)]
    starts, read = list[int](), LineReader.read
    monkeypatch.setattr(
        LineReader, "read", lambda self, *span: starts.append(span[2]) or read(self, *span)
    )
    sink = (parquet_place if extension == "parquet" else zstd_place)(tmp_path).make()
    await sink.open()
    await store_parts(sink, run(1), parts)
    await store_parts(sink, run(2), [Part("20", (table("t20"),), "new")], kept=parts[::-1])
    assert starts == list(range(20))
    texts = (parquet_place if extension == "parquet" else zstd_place)(tmp_path).texts
    assert texts is not None
    names = [json.loads(text)["name"] for text in texts()]
    assert sorted(names) == sorted([f"t{n:02}" for n in range(20)] * 2 + ["t20"])


async def store_parts(sink: Any, of: Run, parts: list[Part], kept: Sequence[Part] = ()) -> None:
    writing = await sink.begin(of, "database/sales")
    prints = {part.key: part.fingerprint for part in kept}
    assert len(await writing.find_stored_entries("table", list(prints))) == len(kept)
    await writing.mark_unchanged("table", prints)
    await writing.write_parts(parts)
    receipt = await writing.complete()
    await sink.commit(
        Commit(of, RunState.SUCCEEDED, ENDED, {}, ("database/sales",), {"database/sales": receipt})
    )


async def test_a_run_in_another_format_takes_nothing_over_and_keeps_the_older(tmp_path: Path):
    for number, options in enumerate(("", "?format=parquet", "?compression=zstd", "")):
        sink = parse_sink(f"file://{tmp_path}{options}")
        await sink.open()
        this = run(number + 1)
        await store(sink, this, "job/a", job("a"))
        await commit(sink, this)
        await sink.close()
    names = sorted(path.name.partition(".")[2] for path in list_objects(tmp_path, "job/run=*/*"))
    assert names == ["jsonl", "jsonl", "jsonl.zst", "parquet"]


def test_each_record_of_parquet_is_a_record_again(tmp_path: Path):
    place = parquet_place(tmp_path)
    assert place.texts is not None
    rows = make_arrow_table(
        encode(*[s for s in ONE_OF_EACH if s.kind == "table"]), make_arrow_schema("table")
    )
    folder = tmp_path / "table" / "run=1"
    folder.mkdir(parents=True)
    pq.write_table(rows, folder / "a.parquet")
    assert [parse_record(text) for text in place.texts()] == [
        each for each in ONE_OF_EACH if each.kind == "table"
    ]
