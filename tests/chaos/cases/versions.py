"""Workers and producers of the released version and of this one, beside each other."""

import io
import json
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

from tests.chaos.case import case
from tests.chaos.stage import FAST_BROKER, Failed, NotPlayed, Stage, wait
from tests.support.command import glueline
from tests.support.system import HOOKS, System, variables

from glueline import RunState
from glueline.contract.messages import Options
from glueline.contract.runs import RunStatus
from glueline_simulator import Simulator

RELEASE = "d6d079c1e748b029909eca62d16186be548d885f"
"""The last commit of version 0.1.0 as it was released."""
HERE = Path(__file__).parents[3]
DATABASE, TABLE = "raw_sales_0000", "versioned"
JOBS = ("Load", "load", "LOAD Orders")
"""Each version has a way of its own to name objects of names with upper-case letters."""
ODD = (*(f"job{between}{name}" for name in JOBS for between in " /"), "job/LOAD%20Orders")
REFUSED = ("is no object of run", "is none of a file sink")
"""An older worker refuses to end a run with such names, or with small units, which share objects;
the next run mends it."""

OLDER, NEWER = "older", "newer"

Found = dict[str, list[str]]
"""Records as texts by what they are about."""


def released(folder: Path) -> str:
    """The PYTHONPATH of the released version; raises NotPlayed where there is no history."""
    command = ["git", "-C", str(HERE), "archive", RELEASE, "producer", "worker"]
    try:
        archive = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        raise NotPlayed(f"needs the commit {RELEASE[:7]} of the git history") from None
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return f"{folder}/producer:{folder}/worker"


class Fleet:
    """Workers and producers of both versions on one ledger and one folder of JSON Lines.

    SQL sinks are no part of it: an older version refuses their newer schema.
    """

    def __init__(self, stage: Stage, sim: Simulator, workers: int) -> None:
        self._stage, self._url, self._workers = stage, sim.url, workers
        path = released(stage.folder / "released")
        older = {**FAST_BROKER, "PYTHONPATH": f"{HOOKS}:{path}:{FAST_BROKER['PYTHONPATH']}"}
        self._env = {OLDER: older, NEWER: FAST_BROKER}
        self.systems: dict[str, System] = {}
        self.root = stage.folder / "out"
        where = "import glueline, glueline_worker as w; print(glueline.__file__, w.__file__)"
        found = subprocess.run(
            [sys.executable, "-c", where], env=older, capture_output=True, text=True, check=True
        ).stdout
        if found.count(str(stage.folder)) != 2:
            raise Failed(f"the older workers would run {found}")

    def start(self, version: str) -> System:
        """Start the workers of a version."""
        folder = self._stage.folder / version
        folder.mkdir(exist_ok=True)
        settings = self._stage.settings()
        system = System(settings, self._url, self._workers, folder, self._env[version])
        system.start()
        self._stage.on_exit(system.stop)
        self.systems[version] = system
        return system

    def enqueue(self, options: Options, version: str) -> str:
        """Ask for the catalogue as one of the versions does."""
        if version == NEWER:
            return self.systems[NEWER].producer.enqueue_catalog(options=options).run_id
        env = variables(self._stage.settings(), self._url) | self._env[OLDER]
        words = ["--full"] if options.full else []
        said = glueline("enqueue", "catalog", "--json", *words, env=env)
        if said.code:
            raise Failed(f"the older producer says {said.err}")
        return str(said.json["run_id"])

    def read(self, run_id: str) -> Found:
        """What stands in the run's manifest, by what it is about."""
        found = Found()
        manifest = json.loads((self.root / "runs" / f"{run_id}.json").read_text())
        for thing in manifest["objects"]:
            for line in (self.root / thing["path"]).read_text().splitlines():
                record = json.loads(line)
                found.setdefault(_about(record), []).append(json.dumps(record, sort_keys=True))
        return {about: sorted(texts) for about, texts in found.items()}


def _about(record: dict[str, Any]) -> str:
    if record["kind"] == "lineage":
        return f"lineage {record['process']}"
    names = (record.get(name) for name in ("database_name", "table_name", "name"))
    return " ".join([record["kind"], *map(str, filter(None, names))])


@case(
    full={
        "catalogue": {"databases": 150, "tables": 8, "jobs": 100, "columns": 4},
        "runs": 15,
        "kills": 4,
        "workers": 2,
    },
    short={
        "catalogue": {"databases": 12, "tables": 4, "jobs": 8, "columns": 4},
        "runs": 3,
        "kills": 1,
        "workers": 1,
    },
)
def workers_of_different_versions(
    stage: Stage, *, catalogue: dict[str, Any], runs: int, kills: int, workers: int
) -> None:
    """Of workers and producers of two versions each run is whole, or says what one cannot do."""
    sim = stage.simulator(**catalogue)
    _add_jobs(sim)
    fleet = Fleet(stage, sim, workers)
    whole = [_alone(fleet, version) for version in (OLDER, NEWER)]
    for name in JOBS:
        sim.delete_job(name)
    plain = [{about: of[about] for about in of if not about.endswith(ODD)} for of in whole]
    for version in (OLDER, NEWER):
        fleet.start(version)
    newer = fleet.systems[NEWER]
    for number in range(runs):
        if is_odd := number >= runs // 2:
            _add_jobs(sim)
        sim.add_table(DATABASE, TABLE, columns={f"v{number}": "string"})
        sim.configure(latency=0.3)
        version = stage.random.choice((OLDER, NEWER))
        run_id = fleet.enqueue(Options(full=stage.random.random() < 0.5), version)
        for _ in range(kills):
            time.sleep(stage.random.uniform(0.1, 0.6))
            stage.kill_a_worker(stage.random.choice(list(fleet.systems.values())))
        sim.configure(latency=0)
        stage.add(f"asked for by the {version} version", 1)
        run = wait(newer, run_id, 300)
        if run.state is RunState.FAILED and any(text in (run.reason or "") for text in REFUSED):
            stage.add("refused by an older worker", 1)
        else:
            _check(run, fleet.read(run_id), whole if is_odd else plain, f"v{number}")
    fleet.systems[OLDER].stop()
    run = wait(newer, fleet.enqueue(Options(), NEWER), 300)
    _check(run, fleet.read(run.run_id), whole, f"v{runs - 1}")
    newer.calm_down(60)
    stage.counts |= {"kills": kills * runs, "records": sum(map(len, whole[1].values()))}
    for version in (OLDER, NEWER):
        logs = (stage.folder / version).glob("worker-*.log")
        text = "".join(path.read_text(errors="replace") for path in logs)
        stage.counts[f"units of {version} workers"] = text.count('"event": "unit.settled"')
        stage.counts[f"runs ended by {version} workers"] = text.count('"event": "run.finished"')


def _add_jobs(sim: Simulator) -> None:
    for name in JOBS:
        sim.add_job(name, script=f's.read.parquet("s3://a/{name}").write.parquet("s3://b/{name}")')


def _alone(fleet: Fleet, version: str) -> Found:
    """What workers of one version find in peace; it makes room."""
    system = fleet.start(version)
    run = wait(system, fleet.enqueue(Options(full=True), version), 300)
    if run.state is not RunState.SUCCEEDED:
        raise Failed(f"the calm run of the {version} version ended as {run.state}: {run.reason}")
    found = fleet.read(run.run_id)
    system.calm_down(60)
    system.stop()
    shutil.rmtree(fleet.root)
    return found


def _check(run: RunStatus, found: Found, whole: list[Found], column: str) -> None:
    """The run is whole, and each thing in it is as one of the versions reads it."""
    if run.state is not RunState.SUCCEEDED or run.failed_units or run.open_units:
        raise Failed(f"a run ended as {run.state}, failed {run.failed_units}: {run.reason}")
    changed = found.pop(f"table {DATABASE} {TABLE}", [])
    if len(changed) != 1 or f'"{column}"' not in changed[0]:
        raise Failed(f"the table that changed is {changed}, without {column}")
    for about in sorted(found.keys() | set().union(*whole)):
        texts = found.get(about)
        if texts not in [of_version.get(about) for of_version in whole]:
            raise Failed(f"{about}: {len(texts or ())} records, as of neither version: {texts}")
