"""The modules that a job imports are read from S3, and belong to what a job's lineage follows from."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from tests.integration.incremental.inline import Inline
from tests.unit.sinks.places import Rows

from glueline_simulator import Simulator

Start = Callable[..., Any]
ARCHIVE = "s3://code/lib.zip"
READ = 'def load(spark, name):\n    return spark.table(f"raw.{name}")\n'
SAVE = "def save(rows, name):\n    rows.write.parquet(f's3://{BUCKET}/{name}/')\n"
SCRIPT = "from shared.reading import load\nfrom saving import save\n\nsave(load(spark, 'ships'), 'port')\n"


@pytest.fixture
def sim(simulator: Start, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    started: Simulator = simulator(
        catalogue={
            "databases": {},
            "jobs": {
                "port": {
                    "script": SCRIPT,
                    "script_location": "s3://code/jobs/port.py",
                    "arguments": {"--extra-py-files": ARCHIVE},
                }
            },
            "objects": {
                ARCHIVE: {"shared/__init__.py": "", "shared/reading.py": READ},
                "s3://code/jobs/saving.py": f'BUCKET = "lake"\n{SAVE}',
            },
        }
    )
    monkeypatch.setenv("AWS_ENDPOINT_URL", started.url)
    return started


def edges(here: str) -> list[tuple[str, str]]:
    rows = Rows(here)(
        "SELECT upstream_name, downstream_namespace FROM lineage WHERE deleted_at IS NULL"
    )
    return [(str(upstream), str(downstream)) for upstream, downstream in rows]


def warnings(here: str) -> str:
    return "".join(str(record) for (record,) in Rows(here)("SELECT record FROM jobs"))


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_helpers_of_an_archive_and_beside_the_script_are_followed(
    sim: Simulator, url: Start, inline: Start
) -> None:
    here = url("out")
    worker: Inline = await inline(here)
    await worker.run()
    assert edges(here) == [("table/raw/ships", "s3://lake")]


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_job_is_read_again_only_when_a_module_has_changed(
    sim: Simulator, url: Start, inline: Start
) -> None:
    here = url("out")
    worker: Inline = await inline(here)
    await worker.run()
    assert (await worker.run()).counts["unchanged_job"] == 1
    client(sim).put_object(
        Bucket="code", Key="jobs/saving.py", Body=f'BUCKET = "pond"\n{SAVE}'.encode()
    )
    assert "unchanged_job" not in (await worker.run()).counts
    assert edges(here) == [("table/raw/ships", "s3://pond")]
    assert (await worker.run()).counts["unchanged_job"] == 1


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_refused_archive_is_a_warning_and_deletes_nothing(
    sim: Simulator, url: Start, inline: Start
) -> None:
    here = url("out")
    worker: Inline = await inline(here)
    await worker.run()
    sim.configure(deny=["GetObject:code/lib.zip"])
    sim.add_job(
        "port",
        script=f"{SCRIPT}\n# changed\n",
        script_location="s3://code/jobs/port.py",
        arguments={"--extra-py-files": ARCHIVE},
    )
    await worker.run()
    assert edges(here) == [("table/raw/ships", "s3://lake")]
    assert "imported modules could not be read" in warnings(here)


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize(
    ("files", "why"),
    [
        (None, "NoSuchKey"),
        ({"shared/reading.pyc": "x"}, "holds no modules that could be read"),
        ({"shared/reading.py": "x = 1\n" * 100_000}, "imported modules that were not read: 1"),
    ],
    ids=["missing", "without sources", "too long"],
)
async def test_an_archive_without_the_module_that_it_should_hold_deletes_nothing(
    sim: Simulator, url: Start, inline: Start, files: dict[str, str] | None, why: str
) -> None:
    here = url("out")
    worker: Inline = await inline(here)
    await worker.run()
    other = "s3://code/other.zip"
    if files is not None:
        client(sim).put_object(Bucket="code", Key="other.zip", Body=make_zip(files))
    sim.add_job(
        "port",
        script=SCRIPT,
        script_location="s3://code/jobs/port.py",
        arguments={"--extra-py-files": other},
    )
    for _ in range(2):
        assert "unchanged_job" not in (await worker.run()).counts
        assert edges(here) == [("table/raw/ships", "s3://lake")]
        assert why in warnings(here)
    good = {"shared/__init__.py": "", "shared/reading.py": READ.replace("raw", "new")}
    client(sim).put_object(Bucket="code", Key="other.zip", Body=make_zip(good))
    await worker.run()
    assert edges(here) == [("table/new/ships", "s3://lake")]
    assert (await worker.run()).counts["unchanged_job"] == 1


def client(sim: Simulator) -> Any:
    return boto3.client("s3", endpoint_url=sim.url, region_name="eu-west-1")


def make_zip(files: dict[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return made.getvalue()
