"""The site builds without a warning, holds together, and asks nobody else for anything."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
import yaml
from tests.acceptance.docs.pages import ROOT

BUILD = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir"]
EXTERNAL = re.compile(r"(https?:)?//")
FETCHED = {"script", "img", "iframe", "source", "video", "audio", "embed"}
FETCHED_RELATIONS = {"stylesheet", "preload", "icon", "preconnect", "modulepreload"}


class Page(HTMLParser):
    """The links, ids and fetched addresses of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.ids |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag in FETCHED and "src" in found:
            self.fetched.append(found["src"])
        if tag == "link" and FETCHED_RELATIONS & set(found.get("rel", "").split()):
            self.fetched.append(found["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [*BUILD, str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    assert "WARNING" not in built.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in site.rglob("*.html") if path.name != "404.html"}


def test_links_and_anchors_lead_somewhere(site: Path, pages: dict[Path, Page]) -> None:
    wrong = [
        (str(page.path.relative_to(site)), link)
        for page in pages.values()
        for link in page.links
        if not EXTERNAL.match(link) and not _leads(page, link, pages)
    ]
    assert not wrong


def _leads(page: Page, link: str, pages: dict[Path, Page]) -> bool:
    address, anchor = map(unquote, urldefrag(link))
    target = (page.path.parent / address).resolve() if address else page.path
    target = target / "index.html" if target.is_dir() else target
    if not target.exists():
        return False
    return not anchor or target not in pages or anchor in pages[target].ids


def test_nothing_is_fetched_from_elsewhere(pages: dict[Path, Page], site: Path) -> None:
    fetched = {address for page in pages.values() for address in page.fetched}
    assert fetched
    assert not {address for address in fetched if EXTERNAL.match(address)}
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import )[\"']?(https?:)?//", sheet.read_text()), sheet


def test_pages_hold_no_diagram_that_a_script_from_elsewhere_would_draw(site: Path) -> None:
    for path in site.rglob("*.html"):
        assert 'class="mermaid"' not in path.read_text(), path


def test_every_page_stands_in_the_navigation(site: Path) -> None:
    text = re.sub(r"!!python\S+", "", (ROOT / "mkdocs.yml").read_text())
    named = set(_leaves(yaml.safe_load(text)["nav"]))
    there = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")}
    assert named - there == {"contributing.md", "changelog.md"}
    assert there <= named
    for name in named:
        assert (site / name).with_suffix(".html").exists()


def _leaves(nav: object) -> Iterator[str]:
    match nav:
        case str():
            yield nav
        case list():
            for one in nav:
                yield from _leaves(one)
        case dict():
            for one in nav.values():
                yield from _leaves(one)


def test_files_that_the_site_lacks_are_named_and_not_linked(pages: dict[Path, Page]) -> None:
    links = [link for page in pages.values() for link in page.links]
    assert not [link for link in links if "deploy/" in link or link.endswith((".py", "Dockerfile"))]
    (operations,) = (page for page in pages.values() if page.path.name == "operations.html")
    assert "<code>deploy/prometheus/alerts.yml</code>" in operations.path.read_text()
