"""The sink of docs/guides/sink.md: its files as the page has them, installed and run."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.command import glueline

from glueline.contract.records import parse_record
from glueline_simulator import Simulator
from glueline_worker.sinks.testing import SINK_CASES

PAGE = Path(__file__).parents[2] / "docs/guides/sink.md"
MATRIX = "glueline_worker.sinks.testing.matrix"
FILE = re.compile(r"^cat > (\S+) <<'END'\n(.*?)^END$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with the files of the page, and the metadata that an installer would write."""
    folder = tmp_path / "site"
    folder.mkdir()
    for name, text in FILE.findall(PAGE.read_text()):
        (folder / name).write_text(text)
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    name, version = project["name"], project["version"]
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = [
        line
        for group, points in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{point} = {value}" for point, value in points.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))
    return folder


def test_the_sink_of_the_page_passes_the_suite(site: Path):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", MATRIX, "test_units_sink.py"],
        cwd=site,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| case | TestUnitsSink |" in done.stdout
    rows = dict(re.findall(r"^\| (\w+) \| (.*) \|$", done.stdout, re.MULTILINE))
    assert rows.keys() - {"case"} == {case.name for case in SINK_CASES}
    assert rows["repeated_unit"] == "passed"
    assert rows["stored_parts"] == "not applicable: the sink does not know what it holds"


def test_a_run_writes_to_the_sink_of_another_distribution(
    site: Path, simulator: Callable[..., Simulator], tmp_path: Path
):
    sim = simulator(databases=2, tables=10, jobs=2)
    words = ("run", "--endpoint-url", sim.url, "--json", "-w", "2")
    said = glueline(*words, "--sink", f"units:{tmp_path}/out", env={"PYTHONPATH": str(site)})
    assert said.code == 0, said.err
    run = said.json["run"]
    paths = (tmp_path / "out" / "runs" / run["run_id"]).glob("*.jsonl")
    lines = [line for path in paths for line in path.read_text().splitlines()]
    kinds = [parse_record(line).kind for line in lines]
    assert kinds.count("table") == run["counts"]["table"] == 20
    assert kinds.count("job") == run["counts"]["job"] == 2


def test_a_wrong_url_of_the_sink_is_one_sentence(site: Path):
    said = glueline("run", "--sink", "units:out?x=1", env={"PYTHONPATH": str(site)})
    assert said.code == 2
    assert (
        said.err == "glueline: the sink 'units:out?x=1' has the unknown option 'x'; known: none\n"
    )
