"""The entries of a model: the functions, rules and frame methods of its library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.values import External, Frame, Value

Handler = Callable[[Call], Value]
"""Answers a call; ``MISSING`` says that the call is none of its library's."""
AttributeRule = Callable[[State, External, str], Value]
ItemRule = Callable[[State, External, Value], Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The knowledge of one library; a rule returns ``MISSING`` for what it does not know."""

    functions: Mapping[str, Handler] = field(default_factory=dict)
    """Functions by the end of their path: its last one, two or three parts."""
    rules: tuple[Handler, ...] = ()
    """Families of functions, asked one after the other when no function has the path."""
    attributes: tuple[AttributeRule, ...] = ()
    """Attributes of what comes from outside the script."""
    items: tuple[ItemRule, ...] = ()
    """Items of what comes from outside the script."""
    frame_methods: Mapping[str, Handler] = field(default_factory=dict)
    """Methods of frames; the call's receiver is the frame."""
    frame_attributes: Mapping[str, Callable[[State, Frame], Value]] = field(default_factory=dict)
    """Attributes of frames that are neither methods nor columns."""
    united_methods: frozenset[str] = frozenset()
    """Methods of frames that are called once for all alternatives of a frame."""
