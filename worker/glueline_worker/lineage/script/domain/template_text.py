"""Texts with placeholders, which are labelled and stand for parts known only at run time.

Two private-use characters delimit a placeholder, so that no operation takes it for the braces of
a template. ``render`` turns it into ``{label}`` at the very end.
"""

import re
from collections.abc import Mapping
from typing import Any

from glueline_worker.lineage.script.domain.alternatives import (
    combine_alternatives,
    get_alternatives,
    map_alternatives,
)
from glueline_worker.lineage.script.domain.data_text import keep_data
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.path_parts import rejoin_url
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    External,
    Frame,
    OneOf,
    Value,
)
from glueline_worker.lineage.script.source.parser import CLOSE, OPEN

TEXT_LIMIT = 500_000
PLACEHOLDER = re.compile(f"({OPEN}[^{CLOSE}]*{CLOSE})")


def placeholder(label: str) -> str:
    """Make a part of a text that is known only at run time."""
    return f"{OPEN}{label}{CLOSE}"


def render(text: str) -> str:
    """Return the text as a name: each placeholder as ``{label}``."""
    return text.replace(OPEN, "{").replace(CLOSE, "}")


def has_placeholder(text: str) -> bool:
    """Tell whether a part of the text is known only at run time."""
    return OPEN in text


def is_placeholder(text: str) -> bool:
    """Tell whether nothing of the text is known."""
    return text.startswith(OPEN) and text.find(CLOSE) == len(text) - 1


def as_text(value: Value) -> str:
    """Return ``str(value)``; a placeholder when that is unknown."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, (bool, int, float)):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, LibraryObject) and isinstance(value.text, str):
        return value.text
    return placeholder(value.label if isinstance(value, (External, Frame)) else "unknown")


def list_texts(value: Value) -> list[str]:
    """List each text that ``value`` may be."""
    if type(value) is not OneOf:
        return [as_text(value)]
    return [as_text(option) for (option,) in combine_alternatives([value])]


def concatenate(parts: list[Value]) -> Value:
    """Join the parts, as an f-string does."""
    return map_alternatives(
        lambda *row: keep_data(limit_text("".join(as_text(part) for part in row)), row), *parts
    )


def limit_text(text: str) -> Value:
    """Return the text, or ``UNKNOWN`` when it is absurdly long."""
    if len(text) <= TEXT_LIMIT:
        return rejoin_url(text)
    report_limit(f"a text of {len(text):,} characters is not followed; at most {TEXT_LIMIT:,} are")
    return UNKNOWN


def get_label(text: str) -> str:
    """Return the label of the first placeholder in a text."""
    found = PLACEHOLDER.search(text)
    return found.group()[1:-1] if found else "unknown"


def render_options(options: Mapping[Any, Any]) -> dict[str, Any]:
    """Render the texts in options, ready for ``naming``."""
    return {render(str(key)): _render_option(value) for key, value in options.items()}


def _render_option(value: Any) -> Any:
    if isinstance(value, str):
        return render(value)
    if isinstance(value, (list, tuple, set)):
        return [_render_option(option) for item in value for option in get_alternatives(item)]
    if isinstance(value, dict):
        return render_options(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    label = getattr(value, "label", None)
    return f"{{{label}}}" if isinstance(label, str) else "{unknown}"
