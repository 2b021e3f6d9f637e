"""What a reader has: the commands on the PATH, and the addresses of the servers."""

import os
import sys
from pathlib import Path

import pytest
from tests.acceptance.docs.running import TOOLS

from glueline.settings.settings import Settings


@pytest.fixture
def environment(settings: Settings, tmp_path: Path) -> dict[str, str]:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, code in TOOLS.items():
        (tools / name).write_text(f"#!{sys.executable}{code}")
        (tools / name).chmod(0o755)
    return {
        **os.environ,
        "PATH": os.pathsep.join([str(tools), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "GLUELINE_REDIS_URL": settings.redis_url,
        "GLUELINE_KEY_PREFIX": settings.key_prefix,
    }
