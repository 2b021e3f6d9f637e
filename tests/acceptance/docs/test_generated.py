"""What the pages take from the code is what the code says now."""

import json
import os
import subprocess
import sys

import jsonschema
import orjson
import pytest
from tests.acceptance.docs.pages import ROOT
from tests.support.warm import popen

from glueline.contract.errors import UsageError
from glueline.contract.messages import parse_message
from glueline.contract.records import AnyRecord
from glueline.contract.schema import message_schema, print_schema, record_schema
from glueline.contract.structs import encode_json, from_builtins

COLUMN = {"name": "id", "type": "int", "data_type": {"kind": "primitive", "name": "int"}}


def test_generated_parts_are_current(monkeypatch: pytest.MonkeyPatch) -> None:
    # The benchmarks are not installed, and a module does not see the files beside it.
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "docs")]))
    command = [sys.executable, "-m", "docs.generate", "--check"]
    with popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as checked:
        _, error = checked.communicate()
    assert checked.returncode == 0, error


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"kind": "request"},
        {"kind": "request", "scope": {"name": "sales"}},
        {"kind": "request", "scope": {"kind": "database", "name": "sales"}},
        {"kind": "request", "scope": {"kind": "database", "name": ""}},
        {"kind": "request", "surprise": 1},
        {"kind": "request", "source": "no spaces"},
        {"kind": "request", "options": {"max_deletion_share": 2}},
        {"kind": "job", "run_id": "0" * 32, "source": "default", "job": "load"},
        {"kind": "job", "run_id": "short", "source": "default", "job": "load"},
    ],
)
def test_the_schema_of_messages_admits_what_the_worker_does(message: dict[str, object]) -> None:
    valid = jsonschema.Draft202012Validator(message_schema()).is_valid(message)
    try:
        parse_message(message)
    except UsageError:
        assert not valid
    else:
        assert valid


def test_records_fit_their_schema() -> None:
    about = {"source": "default", "region": "eu-west-1"}
    validator = jsonschema.Draft202012Validator(record_schema())
    for record in (
        {"kind": "table", "database_name": "sales", "name": "orders", "columns": [COLUMN], **about},
        {
            "kind": "job",
            "name": "load",
            "inputs": [{"namespace": "s3://raw", "name": "orders"}],
            **about,
        },
    ):
        validator.validate(orjson.loads(encode_json(from_builtins(record, AnyRecord))))
        assert not validator.is_valid(record), "a record as written has all its fields"


def test_fields_and_values_are_described() -> None:
    definitions = record_schema()["$defs"]
    assert definitions["JobRecord"]["properties"]["timeout"]["description"] == "Minutes."
    assert "visual: " in definitions["Origin"]["description"]


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["messages", "records"]])
def test_a_wrong_argument_is_answered_by_the_usage(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["schema", *arguments])
    with pytest.raises(SystemExit, match=r"messages\|records"):
        print_schema()


def test_the_command_prints_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["schema", "records"])
    print_schema()
    assert json.loads(capsys.readouterr().out) == record_schema()
