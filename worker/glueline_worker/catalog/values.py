"""Convert the values of an answer to the types that they should have."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_DEPTH_LIMIT = 64  # a job's visual nodes are the deepest of Glue's answers, at some 15 levels
_INTEGER_LIMIT = 2**63


def replace_surrogates(text: str) -> str:
    """Replace lone surrogates, which JSON can hold and UTF-8 cannot, by ``?``."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def to_plain_json(value: Any, depth: int = 0) -> Any:  # noqa: PLR0911 - one for each kind
    """Convert ``value`` to JSON values only; levels deeper than 64 become ``…``."""
    if depth > _DEPTH_LIMIT:
        return "…"
    match value:
        case str():
            return replace_surrogates(value)
        case None | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {
                replace_surrogates(str(key)): to_plain_json(item, depth + 1)
                for key, item in value.items()
            }
        case list() | tuple():
            return [to_plain_json(item, depth + 1) for item in value]
        case datetime():
            return value.isoformat()
        case _:
            return replace_surrogates(str(value))


def to_text(value: Any) -> str | None:
    """Return a text or None as it is, and everything else as JSON text."""
    if isinstance(value, str):
        return value if value.isascii() else replace_surrogates(value)
    if value is None:
        return None
    value = to_plain_json(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def to_texts(value: Any) -> tuple[str, ...]:
    """Return the texts of a list; a single text counts as a list of one."""
    if isinstance(value, str):
        return (replace_surrogates(value),)
    if not isinstance(value, list | tuple):
        return ()
    return tuple(text for item in value if (text := to_text(item)) is not None)


def to_parameters(value: Any) -> dict[str, str]:
    """Return a map of texts, sorted by key, so that equal maps have equal JSON."""
    if not isinstance(value, dict):
        return {}
    try:
        is_plain = "".join((*value, *value.values())).isascii()
    except TypeError:  # not all are texts
        is_plain = False
    if is_plain:
        return dict(sorted(value.items()))
    return dict(sorted((to_text(key) or "", to_text(item) or "") for key, item in value.items()))


class AnswerReader:
    """Reads the fields of one object of an answer.

    ``warnings`` collects a sentence for each value that has to be left out.
    """

    __slots__ = ("fields", "warnings")

    def __init__(self, fields: Mapping[str, Any], warnings: list[str] | None = None) -> None:
        """Read ``fields``; nested objects share the ``warnings`` of the whole answer."""
        self.fields = fields
        self.warnings: list[str] = [] if warnings is None else warnings

    def warn(self, sentence: str) -> None:
        """Add a warning."""
        self.warnings.append(sentence)

    def get_text(self, key: str) -> str | None:
        """Return a text; any other value becomes JSON text."""
        return to_text(self.fields.get(key))

    def get_texts(self, key: str) -> tuple[str, ...]:
        """Return the texts of a list without nulls, with a warning for those."""
        value = self.fields.get(key)
        if isinstance(value, list | tuple) and None in value:
            self.warn(f"{key} holds a null.")
        return to_texts(value)

    def get_parameters(self, key: str) -> dict[str, str]:
        """Return a map of texts, sorted by key."""
        return to_parameters(self.fields.get(key))

    def get_integer(self, key: str) -> int | None:
        """Return a whole number of 64 bits, also from a text; else None, with a warning."""
        number = self.get_number(key)
        if number is None:
            return None
        if number.is_integer() and abs(number) < _INTEGER_LIMIT:
            value = self.fields[key]
            return value if isinstance(value, int) else int(number)
        self.warn(f"{key} is no whole number of 64 bits.")
        return None

    def get_number(self, key: str) -> float | None:
        """Return a finite number, also from a text; else None, with a warning."""
        value = self.fields.get(key)
        if value is None:
            return None
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if math.isfinite(number):
            return number
        self.warn(f"{key} is no number.")
        return None

    def get_timestamp(self, key: str) -> datetime | None:
        """Return a time in UTC from epoch seconds (as in Glue's JSON), a datetime or ISO text.

        A time without a zone counts as UTC. Anything that is not a time in the years 1 to 9999
        becomes None, with a warning.
        """
        value = self.fields.get(key)
        if value is None:
            return None
        try:
            return _parse_timestamp(value)
        except (TypeError, ValueError, OverflowError, OSError):
            self.warn(f"{key} is no time.")
            return None

    def get_object(self, key: str) -> "AnswerReader":
        """Return a nested object; an empty one where ``find_object`` finds none."""
        return self.find_object(key) or AnswerReader({}, self.warnings)

    def find_object(self, key: str) -> "AnswerReader | None":
        """Return a nested object; None without one, with a warning for another value."""
        value = self.fields.get(key)
        if isinstance(value, dict):
            return AnswerReader(value, self.warnings)
        if value is not None:
            self.warn(f"{key} is no object.")
        return None

    def get_objects(self, key: str) -> list[dict[str, Any]]:
        """Return the objects of a list, with a warning for other values."""
        value = self.fields.get(key)
        if value is None:
            return []
        items = value if isinstance(value, list | tuple) else [value]
        objects = [item for item in items if isinstance(item, dict)]
        if len(objects) < len(items):
            self.warn(f"{key} holds something that is no object.")
        return objects


def _parse_timestamp(value: Any) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip())
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, bool):
        raise TypeError(value)
    return datetime.fromtimestamp(value, UTC)
