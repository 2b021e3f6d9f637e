"""An interrupt in the first moments: the command ends quietly, as early as it has a say."""

import subprocess
import sys

import pytest

QUIET = (130, "", "")
ENTERED = (
    "import sys; before = set(sys.modules); import {}.cli; print(*sys.modules.keys() - before)"
)


@pytest.mark.parametrize("package", ["glueline", "glueline_simulator"])
def test_the_entry_point_loads_nothing_before_it_understands_interrupts(package: str) -> None:
    found = subprocess.run([sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {ENTERED.format(package)}"],
                           capture_output=True, text=True, check=True)  # fmt: skip
    assert set(found.stdout.split()) == {package, f"{package}.cli"}


@pytest.mark.parametrize(
    ("package", "module"),
    [
        ("glueline", "typer"),
        ("glueline", "glueline_worker.commands.demo"),
        ("glueline", "glueline.telemetry.tracing"),
        ("glueline", "typing"),
        ("glueline_simulator", "asyncio"),
        ("glueline_simulator", "glueline_simulator.errors"),
        ("glueline_simulator", "glueline_simulator.cli.run"),
    ],
)
def test_an_interrupt_while_anything_is_imported_ends_the_command_quietly(
    package: str, module: str
) -> None:
    # The signal comes at the very moment at which the import of the module is asked for.
    script = f"""
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test in the background inherits none
from {package}.cli import main
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
sys.modules.pop({module!r}, None)
sys.argv = ["command", "demo", "--help"]
main()
"""
    ended = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=60)  # fmt: skip
    assert (ended.returncode, ended.stdout, ended.stderr) == QUIET
