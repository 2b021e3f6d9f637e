"""Notebooks become Python that the script reader understands."""

import ast
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.examples import examples

from glueline_worker.lineage.files.file_kinds import SourceCode, recognise_script
from glueline_worker.lineage.files.notebook import read_notebook
from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.script import read_script


def _notebook(*cells, **changes):
    code = [{"cell_type": "code", "source": cell} for cell in cells]
    return json.dumps({"nbformat": 4, "cells": code, **changes}).encode()


def _python(data):
    found = read_notebook(data)
    return None if found is None else found.python


def _statements(code):
    return ast.unparse(ast.parse(code)).splitlines()


def test_code_cells_stand_one_below_another():
    assert _statements(_python(_notebook("a = 1", "b = 2"))) == ["a = 1", "b = 2"]


def test_a_source_may_be_a_list_of_lines():
    assert _statements(_python(_notebook(["a = 1\n", "b = 2"]))) == ["a = 1", "b = 2"]


def test_other_cells_are_left_out():
    cells = [{"cell_type": "markdown", "source": "# x"}, {"cell_type": "raw", "source": "y"}]
    assert _python(json.dumps({"cells": cells}).encode()) == ""


def test_format_three_has_its_cells_in_worksheets():
    cells = [{"cell_type": "code", "input": ["a = 1"]}]
    data = json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode()
    assert _python(data) == "a = 1"


def test_zeppelin_notes_name_their_interpreter():
    texts = ["%pyspark\na = 1", "%md\n# title", "%spark\nval x = 1", "%sql\nSELECT 1", "b = 2"]
    data = json.dumps({"paragraphs": [{"text": text} for text in texts]}).encode()
    found = _statements(_python(data))
    assert found == ["a = 1", "spark.sql('\\nSELECT 1')", "b = 2"]


@pytest.mark.parametrize(
    "data",
    [
        b"a = 1\n",
        b"",
        b"\xff\xfe\x00",
        b"{}",
        b'{"cells": 3}',
        b"[1, 2]",
        b'{"a": 1',
        b"# %%\na = 1\n",
        b"object A {\n  val x = a &&\n    !b\n}\n",
        b"# Databricks notebook source\n# COMMAND ----------\n# MAGIC %sql\nx = 1",
        b'x = """\n%time is text\n"""\n',
    ],
)
def test_what_is_no_notebook_is_left_alone(data):
    assert _python(data) is None


def test_session_magics_and_shell_commands_go():
    cell = "%idle_timeout 60\n%glue_version 4.0\n!pip install x\n!aws s3 ls\na = 1\nspark?"
    assert "a = 1" in _statements(_python(_notebook(cell)))
    assert "idle" not in _python(_notebook(cell))


def test_lines_keep_their_place():
    code = _python(_notebook("%idle_timeout 60\n%region x\na = 1", "b = 2"))
    assert code.split("\n").index("a = 1") == 2
    assert code.split("\n").index("b = 2") == 4


def test_sql_cells_become_calls():
    code = _python(_notebook('%%sql\nSELECT "a\\b" AS x\nFROM t'))
    call = ast.parse(code).body[0].value
    assert ast.unparse(call.func) == "spark.sql"
    assert call.args[0].value == '\nSELECT "a\\b" AS x\nFROM t'


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%%sql -o frame -n 10\nSELECT 1", "frame = spark.sql('\\nSELECT 1')"),
        ("%%sql frame <<\nSELECT 1", "frame = spark.sql('\\nSELECT 1')"),
        ("%%sql -q\nSELECT 1", "spark.sql('\\nSELECT 1')"),
        ("%sql SELECT 1", "spark.sql('SELECT 1')"),
        ("x = %sql SELECT 1", "x = spark.sql('SELECT 1')"),
        ("%%time\nx = 1", "x = 1"),
        ("%time x = 1", "x = 1"),
        ("%%pyspark\nx = 1", "x = 1"),
        ("files = !ls", "files = None"),
    ],
)
def test_magics_that_hold_code_keep_it(cell, expected):
    assert _statements(_python(_notebook(cell))) == [expected]


@pytest.mark.parametrize("magic", ["bash", "html", "markdown", "writefile x.py", "scala"])
def test_cells_in_other_languages_go(magic):
    assert _statements(_python(_notebook(f"%%{magic}\nrm -rf ; val x\n<p>"))) == []


def test_a_block_whose_only_statement_is_a_magic_still_parses():
    assert _statements(_python(_notebook("if x:\n    %run other\ny = 1"))) == [
        "if x:",
        "    pass",
        "y = 1",
    ]


def test_a_cell_that_is_plain_python_keeps_what_looks_like_magic():
    cell = 'q = """\n%like is SQL\n"""'
    assert _python(_notebook(cell)) == cell


def test_an_exported_script_with_magics_is_cleaned():
    data = b"%idle_timeout 60\nimport sys\n\n%%sql\nSELECT 1\n\nx = 1\n"
    assert _statements(_python(data)) == ["import sys", "spark.sql('\\nSELECT 1')", "x = 1"]


def test_settings_views_and_frames_are_followed_from_cell_to_cell():
    settings_ = {
        "--conf": "spark.sql.catalog.ice=x --conf spark.sql.catalog.ice.glue.id=210987654321"
    }
    data = _notebook(
        f"%%configure -f\n{json.dumps(settings_)}",
        "%%sql\nCREATE OR REPLACE TEMP VIEW v AS SELECT id FROM ice.shop.orders",
        "%%sql -o frame\nSELECT * FROM v",
        "frame.write.parquet('s3://lake/out')",
    )
    context = LineageContext(region="eu-west-1", account="123456789012")
    edges = collapse(read_script(_python(data), context), context).edges
    assert [(edge.upstream.name, edge.downstream.name) for edge in edges] == [
        ("table/shop/orders", "out")
    ]
    assert edges[0].upstream.namespace == "arn:aws:glue:eu-west-1:210987654321"


@given(st.binary(max_size=300))
@settings(max_examples=examples(250), deadline=None)
def test_any_bytes_end_in_code_or_nothing(data):
    assert isinstance(_python(data), str | None)


KEYS = st.sampled_from(
    ["cells", "worksheets", "paragraphs", "cell_type", "source", "input", "text"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.text(max_size=20) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)
KEYS = st.sampled_from(
    ["cells", "worksheets", "paragraphs", "cell_type", "source", "input", "text"]
)


@given(st.dictionaries(KEYS, ANYTHING))
@settings(max_examples=examples(250), deadline=None)
def test_any_document_ends_in_code_or_nothing(document):
    assert isinstance(_python(json.dumps(document).encode()), str | None)


def test_settings_below_line_magics_are_a_cell_magic():
    code = _python(_notebook('%glue_version 4.0\n# mine\n%%configure \n{\n  "a": 1\n}'))
    assert ast.parse(code)
    assert "%%configure" in code


PIECES = st.sampled_from(["%", "%%sql", "!", "?", "x = ", "-o a", "\n", '"', "'''", "\\", " ", "a"])


@given(st.lists(st.lists(PIECES, max_size=12).map("".join), max_size=4))
@settings(max_examples=examples(400), deadline=None)
def test_any_cells_end_in_code(cells):
    assert isinstance(_python(_notebook(*cells)), str)


COPY = 'spark.table("raw.orders").write.saveAsTable("mart.orders")\n'


@pytest.mark.parametrize(
    "above",
    [
        '%%configure\n{\n "--datalake-formats": "iceberg"\n}\n',
        '%%configure -f\n{\n "a": {\n\n  "b": "}"\n },\n\n "c": 1\n}\n',
        '%%configure {"a": 1}\n',
        '%%configure\n\n{"a": 1}\n\n',
        '%%configure\n{\n "a": 1, # not JSON\n}\n',
        '%glue_version 4.0\n%%configure\n{"a": 1}\nimport sys\n',
        '%%configure\n{\n "a": {\n  "b": 1\n\n}\n',
        '%%configure {"a":\n',
        '%%configure\n{"a": "x\n"b": [1,\n',
        "%%configure -f\n",
        "%%worker_type G.1X\n",
        "%%idle_timeout 60\n%%number_of_workers 2\n",
        "%%time\n",
    ],
)
def test_code_right_below_a_magic_that_holds_settings_stays(above):
    for data in ((above + COPY).encode(), _notebook(above + COPY)):
        code = _python(data)
        assert _statements(code)[-1] == ast.unparse(ast.parse(COPY))
        if '"a": 1}' in above:
            assert "%%configure" in code


def test_lines_below_settings_keep_nearly_their_place():
    above = '%%configure\n{\n "a": 1,\n\n "b": 2\n}\n'
    code = _python((above + COPY).encode())
    assert abs(code.split("\n").index(COPY.strip()) - above.count("\n")) <= 2


def test_a_notebook_in_scala_is_scala():
    kernel = {"kernelspec": {"name": "glue_spark", "language": "scala"}}
    found = read_notebook(
        _notebook(
            '%glue_version 4.0\n!ls\nval a = spark.table("a.b")',
            '%%sql\nSELECT "x" FROM t',
            "%%configure\n{}\na.count",
            metadata=kernel,
        )
    )
    assert found.is_scala
    assert 'val a = spark.table("a.b")' in found.scala
    assert 'spark.sql("""\nSELECT "x" FROM t""")' in found.scala
    assert "a.count" in found.scala
    assert "glue_version" not in found.scala


def test_cells_that_were_not_read_are_counted():
    found = read_notebook(_notebook("x = 1", "%%scala\nval x = 1", "%%sparkr\ny", "%%bash\nls"))
    assert found.gaps == (
        "a cell of %%sparkr was not read",
        "cells in Scala that were not read beside those in Python: 1",
    )


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"kernelspec": {"name": "python3"}},
        {"kernelspec": {"name": "spylon-kernel"}, "language_info": {"name": "text"}},
        {"language_info": {"name": "scala"}, "kernelspec": {"name": "almond"}},
    ],
)
def test_a_notebook_in_scala_is_recognised_whatever_its_kernel_is_called(metadata):
    notebook = _notebook("%glue_version 4.0", 'val rows = spark.table("a.b")', metadata=metadata)
    found = recognise_script(notebook, "python")
    assert isinstance(found, SourceCode)
    assert found.language == "scala"
    assert 'val rows = spark.table("a.b")' in found.text
