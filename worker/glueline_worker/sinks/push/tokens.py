"""Secrets of sinks by reference: ``env:NAME`` and ``file:PATH``, read when they are needed."""

import os
from pathlib import Path

from glueline.contract.errors import UsageError
from glueline_worker.sinks.errors import SinkRefused
from glueline_worker.sinks.sink_url import SinkUrl

_FORMS = "env:NAME or file:PATH"
_LIMIT = 64 * 1024
"""Characters of a file; no secret is longer."""


class SecretReference:
    """The place of a secret. The secret itself is never kept."""

    def __init__(self, kind: str, place: str) -> None:
        """Refer to a variable or a file."""
        self._kind = kind
        self._place = place

    @classmethod
    def parse(cls, sink_url: SinkUrl, option: str) -> "SecretReference | None":
        """Return the reference in an option of a URL; raises UsageError for anything else."""
        text = sink_url.options.get(option)
        if text is None:
            return None
        kind, _, place = text.partition(":")
        if kind not in ("env", "file") or not place:
            raise UsageError(
                f"the sink {sink_url.name!r} holds its {option}; write a reference: {_FORMS}"
            )
        return cls(kind, place)

    def read(self, sink: str) -> str:
        """Return the secret; raises SinkRefused, which names ``sink``."""
        where = f"{self._kind}:{self._place}"
        try:
            value = self._read_text().strip()
        except KeyError:
            raise SinkRefused(f"{sink}: the worker has no variable {self._place}") from None
        except OSError as error:
            raise SinkRefused(f"{sink}: {where} cannot be read: {error.strerror}") from None
        except ValueError:
            raise SinkRefused(f"{sink}: {where} is not a text") from None
        if not value or not value.isascii() or not value.isprintable():
            raise SinkRefused(f"{sink}: {where} holds no secret on one line")
        return value

    def _read_text(self) -> str:
        if self._kind == "env":
            return os.environ[self._place]
        with Path(self._place).open(encoding="utf-8") as file:
            return file.read(_LIMIT)
