# ruff: noqa: INP001 - loaded by MkDocs from its path
"""Hooks of MkDocs: pages from outside ``docs/``, and links to files that are not in the site."""

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

BESIDE = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
"""Pages in the root of the checkout, with their paths in the site."""
PAGES = {**BESIDE, "README.md": "index.md"}

_LINK = re.compile(r"\[(?P<text>[^\]\n]*)\]\((?P<path>[^)\s:#]+)(?P<anchor>#[^)\s]*)?\)")
_FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def on_files(files: Files, config: Any) -> Files:
    """Add the pages from outside the folder."""
    for path, page in BESIDE.items():
        text = Path(config.docs_dir).with_name(path).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=linked(text, path, page)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Rewrite links out of ``docs/``: to a page of the site, or to the plain path of the file."""
    uri = page.file.src_uri
    return markdown if uri in BESIDE.values() else linked(markdown, f"docs/{uri}", uri)


def linked(markdown: str, path: str, uri: str) -> str:
    """Return the text of the file at ``path`` of the checkout, as the page ``uri`` of the site."""

    def changed(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), found["path"]))
        page = PAGES.get(target, target.removeprefix("docs/"))
        if page == target:
            return _named(found["text"], target)
        link = posixpath.relpath(page, posixpath.dirname(uri) or ".")
        return f"[{found['text']}]({link}{found['anchor'] or ''})"

    parts = _FENCE.split(markdown)  # every other one is a block of code
    return "".join(p if number % 2 else _LINK.sub(changed, p) for number, p in enumerate(parts))


def _named(text: str, target: str) -> str:
    """Return the path of a file that is not in the site, as code."""
    code = f"`{target}`"
    return code if text.strip("`") in target else f"{text} ({code})"
