"""The command, run in this process and without a terminal."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from glueline import cli
from glueline.settings.settings import Settings


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Done]


@pytest.fixture
def glueline(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """``glueline("status", "ab")`` runs the command in this process, without a terminal."""
    monkeypatch.setenv("COLUMNS", "160")

    def run(*args: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["glueline", *args])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.run_command()
        code = ended.value.code
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        assert isinstance(code, int)
        return Done(code, captured.out, captured.err)

    return run


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command finds the test's Redis."""
    monkeypatch.setenv("GLUELINE_REDIS_URL", settings.redis_url)
    monkeypatch.setenv("GLUELINE_KEY_PREFIX", settings.key_prefix)
