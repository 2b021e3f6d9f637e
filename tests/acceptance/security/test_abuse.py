"""Messages, filters, settings and scripts that mean harm cost a sentence, not a worker."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.support.command import glueline
from tests.support.system import System

from glueline import RunState
from glueline.contract.errors import UsageError
from glueline.contract.filters import Globs
from glueline.contract.messages import parse_message
from glueline_simulator import Simulator
from glueline_worker.aws.json_parser import UnreadableAnswer, parse_body

REQUEST: dict[str, Any] = {"schema_version": 1, "kind": "request", "source": "default"}
SMUGGLED = [
    {"endpoint_url": "http://169.254.169.254/"},
    {"region": "us-east-1"},
    {"sinks": ["file:///etc"]},
    {"credentials": {"aws_secret_access_key": "x"}},
    {"source": {"endpoint_url": "http://127.0.0.1:1"}},
    {"source": "http://127.0.0.1:1"},
    {"scope": {"kind": "database", "name": "x", "endpoint_url": "http://127.0.0.1:1"}},
    {"options": {"script": "s3://other/evil.py"}},
]
MEGABYTE = 1 << 20
BOMBS = {
    "nested_calls": "x = " + "f(" * 20_000 + ")" * 20_000,
    "nested_lists": "x = " + "[" * 5_000 + "]" * 5_000,
    "doubling": "x = 'a'\n" + "x = x + x\n" * 200 + "spark.table(x).write.saveAsTable(x)\n",
    "product": "x = 'a' * 10**12\nspark.read.parquet('s3://b/' + x).write.parquet('s3://b/out')\n",
    "loops": "".join(f"{' ' * n}for i{n} in range(10**6):\n" for n in range(12))
    + " " * 12 + "spark.table('a.b').write.saveAsTable('c.d')\n",
    "branches": "".join(f"if a{n}:\n    x = 'p{n}'\nelse:\n    x = x + 'q'\n" for n in range(300))
    + "spark.table(x).write.saveAsTable('c.d')\n",
    "endless": "while True:\n    spark.table('a.b').write.saveAsTable('c.d')\n",
    "recursion": "def f(x):\n    return f(x + 'a') + f(x + 'b')\nspark.table(f('a'))\n",
    "sql_parentheses": f"spark.sql('SELECT {'(' * 5_000}1{')' * 5_000}')\n",
    "sql_unions": f"spark.sql('''{' UNION ALL '.join(['SELECT * FROM a.b'] * 3_000)}''')\n",
    "sql_ctes": "spark.sql('''WITH c0 AS (SELECT * FROM a.b)"
    + "".join(f", c{n} AS (SELECT * FROM c{n-1} x JOIN c{n-1} y)" for n in range(1, 40))
    + " SELECT * FROM c39''').write.saveAsTable('c.d')\n",
    "format": "x = '{:>999999999}'.format('a')\ny = '%999999999s' % 'a'\nspark.table(x + y)\n",
    "power": "x = 9 ** 9 ** 9\nspark.table(str(x))\n",
}  # fmt: skip


@pytest.mark.parametrize("more", SMUGGLED, ids=str)
def test_a_message_names_no_place_and_no_credential(more: dict[str, Any]) -> None:
    parse_message(REQUEST)
    with pytest.raises(UsageError) as refused:
        parse_message({**REQUEST, **more})
    assert "\n" not in str(refused.value)
    assert "127.0.0.1" not in str(refused.value)


@pytest.mark.parametrize(
    "filters",
    [
        {"tables": {"allow": ["x" * (10 * MEGABYTE)]}},
        {"tables": {"allow": ["*" * 256]}},
        {"databases": {"deny": ["["]}},
        {"databases": {"deny": 7}},
    ],
    ids=["10 MB", "256 stars", "bracket", "number"],
)
def test_filters_that_no_name_needs_are_refused_in_a_sentence(filters: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as refused:
        parse_message({**REQUEST, "filters": filters})
    assert len(str(refused.value)) < 300


def test_no_glob_takes_more_than_linear_time() -> None:
    """A process of its own: were it exponential, nothing in here could end it."""
    globs = ["*a" * 127, "?*" * 127, "*" * 255, "[!a]*" * 50, "*".join("a" * 120) + "*b"]
    code = (
        "import sys, json; from glueline.contract.filters import Globs\n"
        "globs = json.load(sys.stdin)\n"
        "names = ['a' * 255, 'a' * 10_000, 'b' * 255 + 'c', 'ab' * 5_000]\n"
        "print(sum(Globs(allow=(g,)).admits(n) for g in globs for n in names))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(globs),
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    assert int(done.stdout) > 0
    assert Globs(allow=tuple(f"name_{n}*" for n in range(5_000))).admits("name_4999x")


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 50_000 + "]" * 50_000,
        ".".join(["a"] * 2_000) + " = 1",
        "redis_url = '" + "x" * MEGABYTE,
        "[sources.x]\nendpoint_url = 3\n",
        "sinks = " + "{a=" * 3_000 + "1" + "}" * 3_000,
        "\x00\xff",
    ],
    ids=["nested lists", "nested tables", "open text", "number", "nested inline", "binary"],
)
def test_a_settings_file_that_is_a_bomb_is_refused_in_a_sentence(text: str, tmp_path: Path) -> None:
    (tmp_path / "glueline.toml").write_text(text, "latin-1")
    said = glueline("schedule", "list", folder=tmp_path)
    assert said.code == 2
    assert said.err.count("\n") == 1
    assert said.err.startswith("glueline: ")
    assert len(said.err) < 500


def test_compressed_and_deep_answers_are_no_answers() -> None:
    for body in (gzip.compress(b"0" * MEGABYTE), b"[" * MEGABYTE, b'{"a":' * 100_000, b""):
        with pytest.raises(UnreadableAnswer):
            parse_body(body)


@pytest.mark.timeout(400)
def test_scripts_that_are_bombs_cost_a_job_its_lineage_and_no_worker(
    simulator: Callable[..., Simulator], system: Callable[..., System]
) -> None:
    jobs = {name: {"script": script} for name, script in BOMBS.items()}
    jobs["huge"] = {"script": "x = 1\n" * MEGABYTE}
    jobs["good"] = {"script": "spark.table('a.b').write.saveAsTable('c.d')\n"}
    sim = simulator(catalogue={"jobs": jobs})
    running = system(sim, worker={"attempts": 1, "unit_timeout": 120.0, "lease": 30.0})
    accepted = running.producer.enqueue_catalog()
    most = 0
    while not running.producer.status(accepted.run_id).state.is_final:
        most = max([most, *map(_memory, running.workers.pids)])
        assert running.workers.failure is None
    run = running.wait(accepted.run_id, 300)
    assert run.state is RunState.SUCCEEDED, running.producer.failures(accepted.run_id)
    assert running.workers.restarts == 0
    records = running.records(accepted.run_id)
    assert {r["name"] for r in records if r["kind"] == "job"} == jobs.keys()
    assert any(r["kind"] == "lineage" and r["process"] == "job/good" for r in records)
    huge = next(r for r in records if r.get("name") == "huge")
    assert "larger than" in str(huge["warnings"])
    assert most < 1500 * MEGABYTE


def _memory(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
