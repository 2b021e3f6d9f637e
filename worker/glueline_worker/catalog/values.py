"""Values of an answer as what they should be, whatever they are.

``notes`` collects a sentence for each value that had to be left out.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_DEPTH_LIMIT = 64  # a job's visual nodes are the deepest of Glue's answers, at some 15 levels
_INTEGER_LIMIT = 2**63


def printable(text: str) -> str:
    """Return ``text`` with lone surrogates, which JSON can spell and UTF-8 cannot, as ``?``."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def plain(value: Any, depth: int = 0) -> Any:  # noqa: PLR0911 - one for each kind
    """Return ``value`` as JSON values only; levels deeper than 64 become ``…``."""
    if depth > _DEPTH_LIMIT:
        return "…"
    match value:
        case str():
            return printable(value)
        case None | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {printable(str(key)): plain(item, depth + 1) for key, item in value.items()}
        case list() | tuple():
            return [plain(item, depth + 1) for item in value]
        case datetime():
            return value.isoformat()
        case _:
            return printable(str(value))


def text_of(value: Any) -> str | None:
    """Return a text as it is, None as None, and everything else as its JSON."""
    if isinstance(value, str):
        return value if value.isascii() else printable(value)
    if value is None:
        return None
    value = plain(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def texts_of(value: Any) -> tuple[str, ...]:
    """Return a list's texts; a single text counts as a list of one."""
    if isinstance(value, str):
        return (printable(value),)
    if not isinstance(value, list | tuple):
        return ()
    return tuple(text for item in value if (text := text_of(item)) is not None)


def texts_at(answer: Mapping[str, Any], key: str, notes: list[str]) -> tuple[str, ...]:
    """Return the texts of the list at ``key`` without its nulls, of which a note tells."""
    value = answer.get(key)
    if isinstance(value, list | tuple) and None in value:
        notes.append(f"{key} holds a null.")
    return texts_of(value)


def parameters_of(value: Any) -> dict[str, str]:
    """Return a map of texts, sorted by key so that equal maps have equal JSON."""
    if not isinstance(value, dict):
        return {}
    return dict(sorted((text_of(key) or "", text_of(item) or "") for key, item in value.items()))


def integer_of(value: Any, label: str, notes: list[str]) -> int | None:
    """Return a whole number of 64 bits, also from a text; else None and a note."""
    number = number_of(value, label, notes)
    if number is None:
        return None
    if number.is_integer() and abs(number) < _INTEGER_LIMIT:
        return value if isinstance(value, int) else int(number)
    notes.append(f"{label} is no whole number of 64 bits.")
    return None


def number_of(value: Any, label: str, notes: list[str]) -> float | None:
    """Return a finite number, also from a text; else None and a note."""
    if value is None:
        return None
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if math.isfinite(number):
        return number
    notes.append(f"{label} is no number.")
    return None


def moment_of(value: Any, label: str, notes: list[str]) -> datetime | None:
    """Return a time in UTC from epoch seconds (as Glue's JSON has them), a datetime or ISO text.

    A time without a zone is taken as UTC. What is no time within the years 1 to 9999 becomes
    None and a note.
    """
    if value is None:
        return None
    try:
        return _moment(value)
    except (TypeError, ValueError, OverflowError, OSError):
        notes.append(f"{label} is no time.")
        return None


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip())
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, bool):
        raise TypeError(value)
    return datetime.fromtimestamp(value, UTC)


def mapping_at(answer: Mapping[str, Any], key: str, notes: list[str]) -> dict[str, Any] | None:
    """Return the object at ``key``; None where there is none, with a note where it is no object."""
    value = answer.get(key)
    if value is None or isinstance(value, dict):
        return value
    notes.append(f"{key} is no object.")
    return None


def mappings_at(answer: Mapping[str, Any], key: str, notes: list[str]) -> list[dict[str, Any]]:
    """Return the objects in the list at ``key``, with a note where there is anything else."""
    value = answer.get(key)
    if value is None:
        return []
    items = value if isinstance(value, list | tuple) else [value]
    objects = [item for item in items if isinstance(item, dict)]
    if len(objects) < len(items):
        notes.append(f"{key} holds something that is no object.")
    return objects
