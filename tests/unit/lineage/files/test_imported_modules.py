"""Modules that scripts import: found by name, and taken out of archives one by one."""

import io
import time
import zipfile

import pytest

from glueline_worker.lineage.files import imported_modules
from glueline_worker.lineage.files.imported_modules import (
    SourceTexts,
    find_modules,
    list_imports,
    open_modules,
)


def archive(files: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in files.items():
            made.writestr(name, text)
    return data.getvalue()


def find(script: str, files: dict[str, str]) -> imported_modules.FoundModules:
    source = open_modules("lib.zip", archive(files))
    assert source is not None
    return find_modules(script, [source])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import a.b, c as d", ["a.b", "c"]),
        ("from a import b as x, c", ["a", "a.b", "a.c"]),
        ("from a.b import (\n    c,\n    d,  # e\n)", ["a.b", "a.b.c", "a.b.d"]),
        ("    from . import b", ["p.q", "p.q.b"]),
        ("from ..r import s", ["p.r", "p.r.s"]),
        (' "from a import b\\n",', ["a", "a.b"]),
        ("x = 'no import here'", []),
    ],
)
def test_imports_are_found_in_a_text(text: str, names: list[str]) -> None:
    assert list(list_imports(text, "p.q")) == names


def test_modules_that_modules_import_are_found_and_no_others() -> None:
    files = {
        "lake/__init__.py": "",
        "lake/io.py": "from .paths import join\n",
        "lake/paths.py": "import os, boto3\n",
        "lake/unused.py": "",
        "lake/data.json": "{}",
    }
    found = find("import sys, pandas\nfrom lake.io import read\n", files)
    assert sorted(found.sources) == ["lake", "lake.io", "lake.paths"]
    assert found.missing == []


def test_a_module_that_is_nowhere_is_named_and_known_libraries_are_not() -> None:
    found = find_modules("import numpy, tools\nfrom pyspark.sql import functions\n", [])
    assert list(found.missing) == ["tools"]


def test_a_single_file_is_a_module_by_its_name() -> None:
    source = open_modules("code/helpers.py", b"X = 1")
    assert source is not None
    assert find_modules("import helpers", [source]).sources == {"helpers": "X = 1"}


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04" + b"x" * 100, b"\x00\xff"])
def test_a_damaged_archive_is_none(data: bytes) -> None:
    assert open_modules("lib.zip", data) is None


def test_a_damaged_entry_is_no_module() -> None:
    data = bytearray(archive({"tools.py": "X = 1\n" * 1000}))
    data[40:60] = b"\xff" * 20
    source = open_modules("lib.zip", bytes(data))
    found = find_modules("import tools", [source] if source else [])
    assert found.sources == {}


def test_a_bomb_is_left_packed() -> None:
    found = find("import bomb", {"bomb.py": "#" * 50_000_000})
    assert found.sources == {}


def test_the_number_and_the_length_of_modules_are_bounded() -> None:
    names = [f"m{number}" for number in range(imported_modules.MODULES_LIMIT + 5)]
    script = "".join(f"import {name}\n" for name in names)
    found = find_modules(script, [SourceTexts(dict.fromkeys(names, "X = 1"))])
    assert (len(found.sources), found.left_out) == (imported_modules.MODULES_LIMIT, 5)
    long = SourceTexts(dict.fromkeys(names, "#" * 300_000))
    assert find_modules(script, [long]).left_out > 100


def test_hostile_texts_are_searched_in_linear_time() -> None:
    started = time.process_time()
    for text in ("from a import (" * 20_000, "import " * 50_000, "from " + "." * 200_000):
        list(list_imports(text))
    assert time.process_time() - started < 10
