"""What an object at a script location is, whatever it is called."""

import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glueline_worker.lineage.files.file_kinds import (
    PIPELINE_REASON,
    NotCode,
    SourceCode,
    recognise_script,
)
from glueline_worker.lineage.job import read_job_lineage

COPY = "spark.read.csv('s3://raw/x').write.csv('s3://lake/x')\n"
PYTHON = f"import sys\nfrom pyspark.sql import SparkSession\n{COPY}"
SCALA = (
    "import org.apache.spark.SparkContext\nobject Job {\n  def main(args: Array[String]) {\n"
    '    val rows = spark.read.csv("s3://raw/x")\n    rows.write.csv("s3://lake/x")\n  }\n}\n'
)


def cells(*sources, **metadata):
    found = [{"cell_type": "code", "source": source} for source in sources]
    return json.dumps({"nbformat": 4, "cells": found, "metadata": metadata}).encode()


def archive(*names):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as opened:
        for name in names:
            opened.writestr(name, "x" * 100)
    return data.getvalue()


def read(script, context, location="s3://scripts/job.py", **arguments):
    given = {f"--{name.replace('_', '-')}": value for name, value in arguments.items()}
    definition = {"Command": {"ScriptLocation": location}, "DefaultArguments": given}
    return read_job_lineage(definition, script, None, context)


@pytest.mark.parametrize(
    ("script", "location", "language"),
    [
        (PYTHON.encode(), "s3://s/job.py", ""),
        (PYTHON.encode(), "s3://s/job.scala", ""),
        (PYTHON.encode(), "s3://s/job.py", "scala"),
        (PYTHON.replace("import sys", 'print "x"').encode(), "s3://s/job.scala", ""),
        (SCALA.encode(), "s3://s/job.py", ""),
        (SCALA.encode(), "s3://s/job.py", "python"),
        (SCALA.encode("utf-16"), "s3://s/job.py", ""),
        (PYTHON.encode("utf-16-le"), "s3://s/job.py", ""),
        (PYTHON.encode("utf-32"), "s3://s/job.py", ""),
        (cells(COPY), "s3://s/job.py", ""),
        (cells(COPY).decode().encode("utf-16"), "s3://s/job.ipynb", ""),
        (cells(COPY.replace("'", '"'), kernelspec={"name": "glue_spark"}), "s3://s/n.ipynb", ""),
        (cells(COPY.replace("'", '"'), language_info={"name": "scala"}), "s3://s/n.py", ""),
        (cells("%glue_version 4.0", "%%scala\n" + COPY.replace("'", '"')), "s3://s/n.ipynb", ""),
    ],
)
def test_a_script_is_read_as_what_it_is(context, describe, script, location, language):
    lineage = read(script, context, location, **({"job_language": language} if language else {}))
    assert [edge.split(" address")[0] for edge in describe(lineage)] == [
        "s3://raw/x -> s3://lake/x"
    ]
    assert lineage.is_complete


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (b"", "the script is empty"),
        (b" \n\t\n", "the script is empty"),
        (archive("main.py"), "a zip archive"),
        (archive("spark-pipeline.yml", "transformations/a.sql"), PIPELINE_REASON),
        (archive(*(f"t/{n}.sql" for n in range(900)), "spark-pipeline.yaml"), PIPELINE_REASON),
        (b"\x1f\x8b\x08\x00" + bytes(50), "gzip"),
        (b"\x00" * 300, "a binary file"),
        (bytes(range(256)) * 20, "a binary file"),
        (b"a" * 257 + b"ustar\x00" + bytes(300), "a tar archive"),
        (b"\xa7\r\r\n" + bytes(12) + b"\xe3", "compiled Python"),
        (b"PAR1" + bytes(40), "a Parquet file"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\n", "Git LFS"),
        (b"../../.git/annex/objects/Xx/1z/SHA256E-s1", "git-annex"),
        (b"\n<!doctype html><html><body>403", "an HTML page"),
        (b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', "an XML document"),
        (b"<Error>\n<Code>NoSuchKey</Code></Error>", "an XML document"),
        (b"#!/bin/bash\naws s3 cp a b\n", "a shell script"),
        (b'{"Job": {"Name": "x"}}', "JSON"),
        (b'[{"a": 1}]', "JSON"),
        (b'{"cells": [{"cell_type": "code", "sour', "JSON"),
        (b"-- daily\nINSERT INTO a.b\nSELECT * FROM c.d;\n", "SQL"),
        (b"WITH x AS (SELECT 1) SELECT * FROM x", "SQL"),
        (b"package a;\npublic class Job {\n public static void main(String[] a) {}\n}", "Java"),
        (b"name: x\ncatalog: y\n", "no statement that does anything"),
        (b"[section]\nkey = value\n", "no statement that does anything"),
        (b'[project]\nname = "x"\n', "no statement that does anything"),
        (b"spark.master = yarn\nspark.name = x\n", "no statement that does anything"),
        (b'"""Settings."""\nkey = other.key\n', "no statement that does anything"),
        (b"name: x\nlibraries:\n  - glob: a/**\n", "does not parse"),
        (b"This is the script of the daily job.\n", "does not parse"),
        (PYTHON.encode() + b"def f(:\n", "does not parse as Python, and was left out: line 4"),
        (SCALA.encode() + b"object Other {\n  def run( = {\n}\n", "does not read as Scala"),
        (
            b"from pyspark import pipelines as dp\n@dp.table\ndef a():\n  return 1\n",
            PIPELINE_REASON,
        ),
        (cells("x = 1", "%%sparkr\nwrite.df(a)"), "a cell of %%sparkr was not read"),
        (cells("x = 1", "%%scala\nval x = 1"), "cells in Scala that were not read"),
    ],
)
def test_what_was_not_read_is_a_gap_and_a_warning(context, script, reason):
    lineage = read(script, context)
    assert not lineage.is_complete
    assert any(reason in gap for gap in lineage.gaps), lineage.gaps
    assert set(lineage.gaps) <= set(lineage.warnings)
    assert not lineage.failures


@pytest.mark.parametrize(
    "script",
    [
        PYTHON,
        "# nothing any more\n",
        "pass\n",
        '"""Only words."""\n',
        "x: int\nx = 3\n",
        "x = 1\ny = x\nz = [x, str, True]\n",
        "import other\nx = other.value\n",
        "x = value\nrun(x)\n",
        "CREATE = 'INSERT INTO a'\nrun(CREATE)\n",
        'print "as Python 2 says it"\n',
        'doc = """\nobject A {\nval x = 1\n"""\nrun(doc)\n',
        "{'a': 1}['a']\nrun()\n",
        "with open('f') as file:\n    print 'x'\n",
    ],
)
def test_a_script_that_was_understood_has_no_gap(context, script):
    assert read(script.encode(), context).gaps == ()


@pytest.mark.parametrize(
    "text",
    [
        "name: flow\nlibraries:\n  - glob:\n      include: transformations/**\n",
        "---\nname: x\nstorage: s3://b/c\n",
        "Please see the wiki for the script.\n",
        "id,name\n1,a\n",
        '{"a": 1}\n{"a": 2}\n',
        "../scripts/real.scala\n",
        "[section]\nkey = value\n",
        "FROM python:3\nRUN pip install x\n",
    ],
)
def test_a_text_that_defines_nothing_is_no_scala(context, text):
    lineage = read(text.encode(), context, "s3://s/job.scala")
    assert not lineage.is_complete
    assert not lineage.edges


@pytest.mark.parametrize(
    "text",
    ["// all of it is gone\n", "/* once\nspark.sql(a)\n*/\n", "object Job {\n}\n", "val x = 1\n"],
)
def test_scala_that_moves_nothing_is_complete(context, text):
    assert read(text.encode(), context, "s3://s/job.scala").is_complete


def test_a_declarative_pipeline_is_not_read_whatever_lies_at_its_location(context):
    lineage = read(PYTHON.encode(), context, enable_spark_declarative_pipeline="true")
    assert lineage.edges == ()
    assert lineage.gaps == (PIPELINE_REASON,)
    lineage = read(PYTHON.encode(), context, enable_spark_declarative_pipeline="false")
    assert lineage.is_complete


@pytest.mark.parametrize("nodes", ["odd", {"a": {}}, {"a": {"NewSource": {"Name": "a"}}}])
def test_visual_nodes_that_cannot_be_read_are_a_gap(context, nodes):
    lineage = read_job_lineage({"CodeGenConfigurationNodes": nodes}, None, None, context)
    assert lineage.gaps


def test_annotated_steps_that_cannot_be_read_are_a_gap(context):
    assert read_job_lineage({}, None, ([3], []), context).gaps == (
        "annotated steps that could not be read: 1",
    )
    long = {"Id": "a", "NodeType": "Map", "Args": [{"Name": "f", "Value": "x" * 200_001}]}
    assert "200,000 characters" in read_job_lineage({}, None, ([long], []), context).gaps[0]


LONG = 300_000


@pytest.mark.parametrize(
    "text",
    [
        " " * LONG + "x",
        "import" + " " * LONG + "!",
        "class " + "a" * LONG,
        "object " + "a" * LONG + "=",
        "def f(" + ")" * LONG,
        "def " + "= " * LONG,
        "/*" * LONG,
        "--" * LONG,
        "<a " + "b" * LONG,
        "public " + "a " * LONG,
        "%%configure\n" * (LONG // 100),
        "%%worker_type x\n" * (LONG // 100),
        "%%configure\n{" + '"' * LONG,
        "{" * LONG,
        "a/" * LONG,
    ],
)
@pytest.mark.parametrize("declared", ["python", "scala"])
def test_no_long_text_takes_long_to_recognise(text, declared):
    assert isinstance(recognise_script(text.encode(), declared), SourceCode | NotCode)


@given(st.binary(max_size=400), st.sampled_from(["python", "scala"]))
def test_any_bytes_are_recognised(data, declared):
    assert isinstance(recognise_script(data, declared), SourceCode | NotCode)
