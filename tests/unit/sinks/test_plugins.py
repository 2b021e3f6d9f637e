"""Sinks of other distributions, as their installers would put them on the path."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from glueline.contract.errors import UsageError
from glueline_worker.sinks import registry
from glueline_worker.sinks.registry import parse_sink

GOOD = """
class Sink:
    def __init__(self, sink_url):
        self.name = self.identity = sink_url.name
    async def open(self): ...
    async def newest_generation(self, source): return 0
    async def begin(self, run, unit_id): ...
    async def commit(self, commit): ...
    async def abort(self, run, *, replayed=False): ...
    async def close(self): ...
"""
Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a distribution with one module and one entry point on the path."""
    monkeypatch.syspath_prepend(tmp_path)

    def put(code: str, *, scheme: str = "mine", name: str = "acme", target: str = "Sink") -> None:
        module = f"{name}_{tmp_path.name}".replace("-", "_")
        (tmp_path / f"{module}.py").write_text(code)
        info = tmp_path / f"{name}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[glueline.sinks]\n{scheme} = {module}:{target}\n")

    return put


def refusal(url: str = "mine:x") -> str:
    with pytest.raises(UsageError) as refused:
        parse_sink(url)
    assert "\n" not in str(refused.value)
    assert refused.value.__cause__ is None
    return str(refused.value)


def test_a_scheme_of_another_distribution_is_found(install: Install):
    install(GOOD)
    assert parse_sink("mine:x").name == "mine:x"
    assert parse_sink("MINE:x").name == "MINE:x"


def test_a_scheme_may_be_spelled_in_any_case(install: Install):
    install(GOOD, scheme="Mine")
    assert parse_sink("mine:x").name == "mine:x"


def test_no_distribution_replaces_a_scheme_of_ours(install: Install, tmp_path: Path):
    install("raise RuntimeError('never imported')", scheme="file")
    assert type(parse_sink(f"file:{tmp_path}/out")).__module__.startswith("glueline_worker")


def test_an_unknown_scheme_names_all_that_are_known_and_imports_none(install: Install):
    install("raise RuntimeError('never imported')")
    assert refusal("other:x").endswith(f"known: {', '.join(sorted([*registry.SCHEMES, 'mine']))}")


@pytest.mark.parametrize(
    ("code", "target", "said"),
    [
        ("import nothing_of_this_name", "Sink", "ModuleNotFoundError: No module named"),
        ("def broken(:", "Sink", "SyntaxError"),
        ("raise RuntimeError('two\\nlines')", "Sink", "cannot be imported: RuntimeError"),
        ("", "Sink", "AttributeError"),
        ("Sink = 3", "Sink", "is no function; it must take a SinkUrl"),
        ("def Sink(): ...", "Sink", "failed with TypeError for the sink 'mine:x'"),
        ("def Sink(url): ...", "Sink", "lacks name, identity, open, newest_generation, begin"),
        (GOOD.replace("async def abort", "async def stop"), "Sink", "lacks abort"),
        (GOOD.replace("sink_url.name", "''"), "Sink", "lacks name, identity"),
        (GOOD.replace("async def open", "def open"), "Sink", "no 'async def' for open"),
        (
            GOOD.replace("class Sink:", "class Sink:\n    __slots__ = ('name', 'identity')"),
            "Sink",
            "has __slots__",
        ),
    ],
)
def test_a_broken_distribution_is_named_in_one_sentence(
    install: Install, code: str, target: str, said: str
):
    install(code, target=target)
    text = refusal()
    assert said in text
    assert "'mine' (acme_" in text
    assert "acme 1.2" in text


def test_a_broken_distribution_hinders_no_other_sink(install: Install, tmp_path: Path):
    install("raise RuntimeError")
    assert parse_sink(f"file:{tmp_path}/out")


def test_two_distributions_with_one_scheme_are_both_named(install: Install):
    install(GOOD, name="acme")
    install(GOOD, name="other")
    assert "acme 1.2 and " in refusal()
    assert "other 1.2" in refusal()


ERRORS = "from glueline.contract.errors import UsageError\n"


@pytest.mark.parametrize("url", ["mine://user:hunter2@host/x", "mine:x?token=hunter2"])
@pytest.mark.parametrize(
    "code",
    [
        GOOD.replace("sink_url.name", "sink_url.url"),
        GOOD.replace(
            "self.identity = sink_url.name", "self.identity = 'a'; self.name = sink_url.url"
        ),
        "def Sink(url): raise ValueError(url.url)",
        ERRORS + "def Sink(url): raise UsageError(f'not {url.url}')",
        ERRORS + "def Sink(url): raise UsageError('not hunter2')",
    ],
    ids=["identity", "name", "error", "sentence", "password"],
)
def test_a_distribution_cannot_show_the_secrets_of_its_url(install: Install, code: str, url: str):
    install(code)
    assert "hunter2" not in refusal(url)


def test_a_sink_of_ours_searches_no_other_distribution(tmp_path: Path):
    code = (
        "import sys; from glueline_worker.sinks.registry import parse_sink;"
        f"parse_sink('file:{tmp_path}/out');"
        "sys.exit('glueline_worker.sinks.plugins' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
