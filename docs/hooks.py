# ruff: noqa: INP001 - loaded by MkDocs from its path
"""Pages that stand beside ``docs/``, and links from the site to files that are not in it."""

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

BESIDE = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
"""Pages of the checkout's root, and where the site has them."""
PAGES = {**BESIDE, "README.md": "index.md"}

_LINK = re.compile(r"\[(?P<text>[^\]\n]*)\]\((?P<path>[^)\s:#]+)(?P<anchor>#[^)\s]*)?\)")
_FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that stand beside the folder."""
    for path, page in BESIDE.items():
        text = Path(config.docs_dir).with_name(path).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=linked(text, path, page)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Lead links out of ``docs/`` to the site's pages, or name the file instead."""
    uri = page.file.src_uri
    return markdown if uri in BESIDE.values() else linked(markdown, f"docs/{uri}", uri)


def linked(markdown: str, path: str, uri: str) -> str:
    """The text of the file at ``path`` of the checkout, as the page ``uri`` of the site."""

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
    """A file of the checkout that the site does not hold, by its path."""
    code = f"`{target}`"
    return code if text.strip("`") in target else f"{text} ({code})"
