import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from tests.unit.sinks.places import PLACES

from glueline.contract.errors import UsageError
from glueline_worker.sinks import registry
from glueline_worker.sinks.registry import parse_sink
from glueline_worker.sinks.sink_url import redact_sink_url
from glueline_worker.sinks.sql import urls


@pytest.mark.parametrize(
    "url",
    ["sqlite:///a.db", "sqlite:////srv/a.db", "file:///out", "file:out?format=jsonl", "stdout:"],
)
def test_a_url_names_its_sink(url: str):
    assert parse_sink(url).name == url


def test_the_tests_of_all_sinks_run_against_each_scheme():
    assert {name.partition(" ")[0] for name in PLACES} == registry.SCHEMES.keys()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("glueline.db", "for example sqlite:///glueline.db"),
        ("", "named by a URL"),
        ("mysql://host/db", f"known: {', '.join(sorted(registry.SCHEMES))}"),
        ("sqlite:a.db", "sqlite:///a.db"),
        ("sqlite://a.db", "sqlite:////a.db"),
        ("sqlite://", "sqlite:///glueline.db"),
        ("sqlite:///", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///folder/", "names no file"),
        ("sqlite:///a.db?mode=ro", "unknown option 'mode'"),
        ("file:", "names no folder"),
        ("file://out/x", "file:out/x"),
        ("file:///out?format=csv", "no format 'csv'; known: jsonl, parquet"),
        (
            "file:///out?compression=gzip",
            "no compression 'gzip' for the format 'jsonl'; write comp",
        ),
        ("file:///out?format=parquet&compression=zstd", "for the format 'parquet'; leave it out"),
        ("file:///out?formt=jsonl", "unknown option 'formt'; known: compression, format"),
        ("file:///a b", "write it as %20"),
        ("file:///a#b", "write it as %23"),
        ("file:///a%00b", "NUL"),
        ("stdout:out", "stdout:"),
        ("stdout:?x=1", "unknown option 'x'; known: none"),
        ("openlineage+http://", "names no host"),
        ("openlineage+https:///api", "names no host"),
        ("openlineage+http://h:99999", "no valid port"),
        ("openlineage+http://user:pw@h", "give a token by reference"),
        ("openlineage+http://h?token=letmein", "holds its token; write a reference"),
        ("openlineage+http://h?token=env:", "write a reference"),
        ("openlineage+http://h?batch=0", "write a whole number from 1 on"),
        ("openlineage+http://h?compression=zstd", "write compression=gzip or nothing"),
        ("openlineage+http://h?links=many", "links='many'"),
        ("openlineage+http://h?bytes=1", "from 10,000 on"),
        ("openlineage+http://h?static=yes", "write true or false"),
        ("openlineage+http://h?namespace=", "empty namespace"),
        ("openlineage+http://h?formt=x", "unknown option 'formt'"),
        ("openlineage+file:", "names no folder"),
        ("openlineage+file://out/x", "openlineage+file:out/x"),
        ("openlineage+file:out?token=env:X", "unknown option 'token'"),
        ("openlineage+config:x", "write openlineage+config:"),
        ("postgresql://host", "names no database"),
        ("postgresql://host/db?sslmod=require", "unknown option 'sslmod'"),
        ("postgresql://[::1/db", "is not a valid URL"),
        ("postgresql://host:port/db", "no valid host and port"),
    ],
)
def test_a_url_that_is_wrong_is_answered_by_what_would_be_right(url: str, said: str):
    with pytest.raises(UsageError) as refused:
        parse_sink(url)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


SECRET = "hunter2"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://glue:{SECRET}@host/db",
        f"postgresql://glue:{SECRET}@host:1/db?sslmode=require",
        f"postgresql://glue:{SECRET}@host",
        f"postgresql://glue:{SECRET}",
        f"postgresql://glue:{SECRET}@host/db?bogus=1",
        f"postgresql://glue:x@{SECRET}@host/db",
        f"postgresql://glue:x/{SECRET}@host/db",
        f"postgresql://glue:12?{SECRET}@host/db",
        f"postgresql://glue:12/x?{SECRET}@host/db",
        f"postgresql://glue:x#{SECRET}@host/db",
        f"postgresql://glue:x {SECRET}@host/db",
        f"postgresql://gl/ue:{SECRET}@host/db",
        f"postgresql://:{SECRET}@host/db",
        f"postgresql:/glue:{SECRET}@host/db",
        f"postgresql:glue:{SECRET}@host/db",
        f"postgresql://host/db?user=glue&password={SECRET}",
        f"postgresql://host/db?sslpassword={SECRET}&bogus=1",
        f"postgres://glue:{SECRET}@host/db",
        f"file://glue:{SECRET}@host/out",
        f"sqlite://glue:{SECRET}@host/a.db",
        f"openlineage+https://glue:{SECRET}@host",
        f"openlineage+https://host?token={SECRET}",
    ],
)
def test_a_password_is_never_shown(url: str):
    assert SECRET not in redact_sink_url(url)
    try:
        sink = parse_sink(url)
    except UsageError as error:
        shown = "".join(traceback.format_exception(error)) + repr(error)
    else:
        shown = repr(sink) + sink.name
    assert SECRET not in shown


def test_urls_without_password_are_shown_as_they_are():
    for url in ("sqlite:////srv/a@b/c.db", "postgresql://glue@host:5432/db", "file:out", "stdout:"):
        assert redact_sink_url(url) == url


def test_postgresql_without_its_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(urls, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"pip install 'glueline-worker\[postgres\]'"):
        parse_sink("postgresql://host/db")


async def test_paths_are_percent_decoded(tmp_path: Path):
    await parse_sink(f"file://{tmp_path}/a%20b").open()
    assert (tmp_path / "a b").is_dir()


def test_parsing_creates_nothing(tmp_path: Path):
    parse_sink(f"sqlite:///{tmp_path}/x/a.db")
    parse_sink(f"file://{tmp_path}/y")
    assert list(tmp_path.iterdir()) == []


def test_the_registry_does_not_load_the_postgresql_driver():
    code = f"import sys, {registry.__name__}; sys.exit('psycopg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env=os.environ, check=False).returncode == 0
