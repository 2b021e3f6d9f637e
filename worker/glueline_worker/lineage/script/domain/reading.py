"""The interpreter as its parts see one another."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence

from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.values import (
    Function,
    LibraryObject,
    Value,
    VariableScope,
)


class Reading(ABC):
    """One reading of a script: its state, where it stands, and how to go on."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.scope = VariableScope()
        self.module = self.scope
        self.stack: list[ast.AST] = []
        """The script's functions that are being called, the innermost last."""
        self.called: set[ast.AST] = set()
        """The script's functions that were called at all."""
        self.broke = False
        """Whether the last way that ended did so by break or continue."""
        self.assumptions: Mapping[str, bool] = {}
        """Conditions that are taken for granted here, by their text, and whether they hold."""
        self.ways = 1
        """How many ways are followed side by side."""

    @abstractmethod
    def evaluate(self, node: ast.expr) -> Value:
        """The value of an expression."""

    @abstractmethod
    def run(self, body: Sequence[ast.stmt]) -> bool:
        """Run statements; False when a return, raise, break or continue ends them."""

    @abstractmethod
    def branch(self, *ways: Callable[[], bool]) -> bool:
        """Run alternatives from one state and join what they leave."""

    @abstractmethod
    def look_up(self, name: str) -> Value:
        """The value of a variable; something foreign where the script binds none."""

    @abstractmethod
    def bind(self, name: str, value: Value) -> None:
        """Assign a variable."""

    @abstractmethod
    def operate(self, op: ast.operator, left: Value, right: Value) -> Value:
        """``left op right``."""

    @abstractmethod
    def truth(self, value: Value) -> bool | None:
        """Whether a condition holds; None when that is known only at run time."""

    @abstractmethod
    def invoke(self, function: Function, args: list[Value], kwargs: dict[str, Value]) -> Value:
        """Call a function of the script."""

    @abstractmethod
    def call(self, value: Value, args: list[Value], kwargs: dict[str, Value]) -> Value:
        """``value(*args, **kwargs)``."""

    @abstractmethod
    def call_method(
        self, value: Value, name: str, args: list[Value], kwargs: dict[str, Value]
    ) -> Value:
        """``value.name(*args, **kwargs)``."""

    @abstractmethod
    def frame_method(self, name: str) -> bool:
        """Whether frames have a method ``name``."""

    @abstractmethod
    def set_tool_item(self, tool: LibraryObject, key: Value, value: Value) -> None:
        """``tool[key] = value``."""
