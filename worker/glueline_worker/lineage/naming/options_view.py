"""Options of a connection, looked up without regard to the spelling of their keys."""

import json
import re
from collections.abc import Iterable, Mapping

from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming.text import resolve_arguments
from glueline_worker.lineage.remembered import remember_short_texts

_SELECT = re.compile(r"\(?\s*(?:select\s.*\sfrom|with\s.*\sas)\s", re.IGNORECASE | re.DOTALL)
_NO_TABLES = frozenset({"preactions", "postactions", "sessioninitstatement", "preparequery"})
"""Options with SQL that runs beside the read or write itself."""


class OptionsView:
    """Options whose keys are compared without case and punctuation, as texts.

    So ``bootstrap.servers`` and Glue Studio's ``BootstrapServers`` are one key, and the ending of
    ``kafka.bootstrap.servers``.
    """

    def __init__(self, options: Mapping[str, object], context: LineageContext) -> None:
        self._values = {normalise_key(key): value for key, value in options.items()}
        self._context = context

    def text(self, *keys: str) -> str:
        """Return the first text of ``keys``; empty when none has one."""
        return next(iter(self.texts(*keys)), "")

    def texts(self, *keys: str) -> list[str]:
        """Return all texts of the first of ``keys`` that has any."""
        for key in keys:
            if key in self._values and (
                found := [
                    resolved
                    for text in _list_texts(self._values.get(key))
                    if (resolved := resolve_arguments(text, self._context).strip())
                ]
            ):
                return found
        return []

    def find_query(self) -> str:
        """Return the first text that is SQL, whatever its key: connectors name it differently."""
        texts = (text for key in self._values if key not in _NO_TABLES for text in self.texts(key))
        return next((text for text in texts if _SELECT.match(text)), "")

    def get_by_ending(self, ending: str) -> str:
        """Return the text of the first key with this ending."""
        keys = (key for key in self._values if key.endswith(ending))
        return next(filter(None, map(self.text, keys)), "")


def normalise_key(key: object) -> str:
    """Return a key or type without case and punctuation."""
    return _normalise(str(key))


@remember_short_texts
def _normalise(text: str) -> str:
    text = text.lower()
    return text if text.isalnum() else "".join(filter(str.isalnum, text))


def split_paths(entry: str) -> list[str]:
    """Split the paths of one text: a JSON list (``["s3://a", "s3://b"]``) or URLs with commas."""
    if entry.startswith("["):
        try:
            found = json.loads(entry)
        except (ValueError, RecursionError):
            return [entry]
        return [path for path in found if isinstance(path, str)]
    if entry.count("://") > 1 and "," in entry:
        return [path.strip() for path in entry.split(",") if path.strip()]
    return [entry]


def _list_texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, int) and not isinstance(value, bool):
        return (str(value),)
    if isinstance(value, list | tuple | set | frozenset):
        return [entry for entry in value if isinstance(entry, str)]
    return ()
