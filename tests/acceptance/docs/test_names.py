"""What the pages name exists: links, commands, options, variables, tests, permissions."""

import ast
import json
import os
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.docs.pages import NOTES, PAGES, ROOT, Block, blocks
from tests.chaos import cases as _cases  # noqa: F401 - registers them
from tests.chaos.case import CASES

from glueline.cli import build_group
from glueline.contract.messages import ExtractionRequest, parse_message
from glueline.settings.api import ApiSettings
from glueline.settings.events import EventSettings
from glueline.settings.settings import Settings, load_settings
from glueline.settings.worker import WorkerSettings
from glueline_worker.sinks.testing import SINK_CASES

LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)(?:\[([\w-]+)\])?`")

by_name = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@by_name
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(FENCE.sub("", page.read_text())):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in set(_anchors(target)), link


@by_name
def test_commands_and_options_exist(page: Path) -> None:
    for text in _commands(page):
        _check(shlex.split(text)[1:])


@by_name
def test_variables_exist(page: Path) -> None:
    known = {f"GLUELINE_{name.upper()}" for name in Settings.model_fields}
    known |= {f"GLUELINE_WORKER__{name.upper()}" for name in WorkerSettings.model_fields}
    known |= {f"GLUELINE_EVENTS__{name.upper()}" for name in EventSettings.model_fields}
    known |= {f"GLUELINE_API__{name.upper()}" for name in ApiSettings.model_fields}
    named = set(re.findall(r"GLUELINE_[A-Z_]+(?<!_)", page.read_text()))
    assert named <= known | {"GLUELINE_CONFIG"}


@by_name
def test_notes_above_blocks_are_understood(page: Path) -> None:
    for block in blocks(page, "sh", "python", "sql", "js"):
        assert not block.note or block.note.startswith((*NOTES, "generated: ")), block.place


@by_name
def test_settings_files_are_understood(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for block in blocks(page, "toml"):
        path = tmp_path / "glueline.toml"
        path.write_text(block.text)
        monkeypatch.setenv("GLUELINE_CONFIG", str(path))
        load_settings()


@by_name
def test_requests_are_understood(page: Path) -> None:
    for block in blocks(page, "json"):
        document = json.loads(block.text)
        if "kind" in document:
            assert isinstance(parse_message(document), ExtractionRequest), block.place


def test_tests_that_show_a_guarantee_exist() -> None:
    named = TEST.findall((ROOT / "docs" / "guarantees.md").read_text())
    assert named
    known = CASES.keys() | {case.name for case in SINK_CASES}
    for path, name, case in named:
        module = ast.parse((ROOT / path).read_text())
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        assert name in {node.name for node in module.body if isinstance(node, kinds)}, (
            f"{path}::{name}"
        )
        assert not case or case in known, case


def _anchors(page: Path) -> Iterator[str]:
    """As GitHub makes them of headings."""
    for heading in re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _commands(page: Path) -> Iterator[str]:
    text = page.read_text()
    yield from re.findall(r"(?<!`)`(glueline [^`\n]+)`", FENCE.sub("", text))
    for block in blocks(page, "sh"):
        yield from re.findall(
            r"(?:^|\$\(| exec worker )(glueline [^|)>#\n]+)", _joined(block), re.MULTILINE
        )


def _joined(block: Block) -> str:
    return block.text.replace("\\\n", " ")


@cache
def _load_commands() -> Any:
    return build_group().load_all()


def _check(words: list[str]) -> None:
    command = _load_commands()
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    inner = getattr(command, "commands", {})
    if inner and words and not words[0].startswith("-"):
        alternatives = words.pop(0).split("|")
        assert set(alternatives) <= inner.keys(), f"no such command: {alternatives}"
        command = inner[alternatives[0]]
    known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
    for word in words:
        if word.startswith("-"):
            assert word.partition("=")[0] in known | {"--help"}, (
                f"{command.name} has no option {word}"
            )


def test_the_check_of_commands_sees_mistakes() -> None:
    for wrong in ("glueline runn", "glueline run --sinks x", "glueline enqueue view x"):
        with pytest.raises(AssertionError):
            _check(shlex.split(wrong)[1:])


def test_every_page_is_reached_from_the_readme() -> None:
    reached, todo = set[Path](), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        links = LINK.findall(page.read_text())
        todo += [
            Path(os.path.normpath(page.parent / link.partition("#")[0]))
            for link in links
            if ":" not in link
        ]
    assert set((ROOT / "docs").rglob("*.md")) <= reached


def test_the_table_of_findings_names_each_of_them() -> None:
    folder = ROOT / "findings"
    text = (folder / "README.md").read_text()
    scripts = sorted(folder.glob("*.sh"))
    assert re.findall(r"^\| \[.+?\]\((.+?)\)", text, re.MULTILINE) == [
        script.name for script in scripts
    ]
    assert all(os.access(script, os.X_OK) for script in scripts)
