"""The reading of a script: its place in it, and the operations that models may call."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.values import Function, Module, Value, VariableScope


@dataclass
class Question:
    """A question about a setting: the values that it is compared with, and in which functions."""

    constants: dict[object, None] = field(default_factory=dict)
    places: set[ast.AST | None] = field(default_factory=set)
    is_decisive: bool = False
    """Whether the answer chooses among settings that belong together."""
    keys: set[object] | None = None
    """The only values that it may have, if something looks it up that has no others."""
    is_open: bool = False
    """Whether a lookup has a default for other values."""


class Reading(ABC):
    """The reading of one script, as the models and the parts of the interpreter see it."""

    def __init__(self, state: State, answers: Mapping[str, object] | None = None) -> None:
        self.state = state
        self.answers: Mapping[str, object] = answers or {}
        """The values of settings on the way that is followed."""
        self.questions: dict[str, Question] = {}
        """By setting: what the script asks about it without an answer."""
        self.scope = VariableScope()
        self.module = self.scope
        self.stack: list[ast.AST] = []
        """The script's functions that are being called, the innermost last."""
        self.forks = 0
        """The undecided conditions that the present place in the script lies within."""
        self.forks_at_call: list[int] = []
        """The same where each function on the stack is called."""
        self.called: set[ast.AST] = set()
        """The script's functions that were called at all."""
        self.returns: list[list[Value]] = []
        """The values that each function on the stack has returned so far."""
        self.modules: dict[str, Module] = {}
        """The imported modules that were run, by name."""
        self.has_broken_off = False
        """True if the last path that ended did so by break or continue."""
        self.assumptions: Mapping[str, bool] = {}
        """Conditions that are taken for granted here, by their text, and whether they hold."""
        self.lines_with_if: dict[str, Sequence[int]] = {}
        """By module, "" for the script: the lines where a condition may stand."""
        self.tests: dict[ast.stmt, Sequence[ast.expr]] = {}
        """The conditions inside of statements, which are looked for once."""
        self.asking: dict[ast.stmt, tuple[list[ast.expr], list[ast.expr]]] = {}
        """The conditions in each statement, and the functions that it calls."""
        self.subjects: dict[ast.expr, str | None] = {}
        """What each condition asks about."""
        self.paths = 1
        """The number of paths that are followed side by side."""

    @abstractmethod
    def evaluate(self, node: ast.expr) -> Value:
        """Return the value of an expression."""

    @abstractmethod
    def run(self, body: Sequence[ast.stmt]) -> bool:
        """Run statements; return False when a return, raise, break or continue ends them."""

    @abstractmethod
    def run_module(self, body: Sequence[ast.stmt]) -> bool:
        """Run the statements of a module; one that cannot be followed costs only itself."""

    @abstractmethod
    def invoke(self, function: Function, args: list[Value], kwargs: dict[str, Value]) -> Value:
        """Call a function of the script."""

    @abstractmethod
    def call(self, value: Value, args: list[Value], kwargs: dict[str, Value]) -> Value:
        """Return ``value(*args, **kwargs)``."""

    @abstractmethod
    def call_method(
        self, value: Value, name: str, args: list[Value], kwargs: dict[str, Value]
    ) -> Value:
        """Return ``value.name(*args, **kwargs)``."""

    @abstractmethod
    def get_attribute(self, value: Value, name: str) -> Value:
        """Return ``value.name``."""

    @abstractmethod
    def get_item(self, value: Value, key: Value) -> Value:
        """Return ``value[key]``."""
