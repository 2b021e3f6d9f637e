"""A call of something that is not the script's own, as the handlers see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from glueline_worker.lineage.script.domain.alternatives import get_alternatives
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import as_text, list_texts
from glueline_worker.lineage.script.domain.values import Value


@dataclass(slots=True)
class Call:
    """``receiver.name(*args, **kwargs)``; for a plain function the receiver is its path."""

    reading: Reading
    receiver: Value
    name: str
    args: list[Value] = field(default_factory=list)
    kwargs: dict[str, Value] = field(default_factory=dict)
    parts: Sequence[str] = ()
    """The parts of a plain function's dotted path; the last one is its name."""

    @property
    def state(self) -> State:
        """What the reading has found so far."""
        return self.reading.state

    @property
    def values(self) -> list[Value]:
        """All arguments."""
        return [*self.args, *self.kwargs.values()]

    def arg(self, position: int | None, *names: str, default: Value = None) -> Value:
        """Return the argument at ``position`` or under one of ``names``."""
        for name in names:
            if name in self.kwargs:
                return self.kwargs[name]
        if position is not None and position < len(self.args):
            return self.args[position]
        return default

    def text(self, position: int | None, *names: str) -> str | None:
        """Return the argument as a text; None when it is not given."""
        value = self.arg(position, *names)
        return None if value is None else list_texts(value)[0]

    def mapping(self, position: int | None, *names: str) -> dict[Any, Value]:
        """Return the argument as a dict of options; alternatives are laid over one another."""
        found: dict[Any, Value] = {}
        for option in get_alternatives(self.arg(position, *names)):
            if isinstance(option, dict):
                found.update((as_text(key), value) for key, value in option.items())
        return found
