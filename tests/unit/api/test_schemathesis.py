"""Generated requests, right and wrong ones, against the running server and its own description."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.examples import examples
from tests.unit.api.conftest import ALL, Service

pytest.importorskip("schemathesis")
EXAMPLES = examples(20)
PATIENCE = 240
CONFIG = """
# It does not count 413 as a refusal, and some of what it makes has more than a megabyte.
[checks]
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422]
positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 413]
"""


@pytest.mark.timeout(PATIENCE + 20)
def test_schemathesis_finds_nothing(service: Service, tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{service.api.url}/openapi.json"),
        *("--header", f"Authorization: Bearer {ALL}"),
        *("--checks", "all", "--max-examples", str(EXAMPLES), "--seed", "1"),
        *("--request-timeout", "30", "--continue-on-failure", "--no-color"),
        *("--generation-database", "none", "--workers", "1"),
    ]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    found = done.stdout.rpartition("= FAILURES =")[2]
    assert done.returncode == 0, found[:5000] + done.stdout[-1000:] + done.stderr[-2000:]
    assert "Tested: 15" in done.stdout, done.stdout
    errors = [line for line in service.api.lines() if line["level"] in ("error", "critical")]
    assert errors == []
