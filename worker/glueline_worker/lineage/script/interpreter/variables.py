"""The script's variables."""

from __future__ import annotations

from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.values import MISSING, External, Value


def look_up_variable(reading: Reading, name: str) -> Value:
    """Return the value of a variable; something external where the script binds none."""
    found = reading.scope.find(name)
    return External(name) if found is MISSING else found


def bind_variable(reading: Reading, name: str, value: Value) -> None:
    """Assign a variable."""
    scope = reading.scope
    if name in scope.globals:
        outer = scope.parent
        while outer is not None and name not in outer.vars and outer.parent is not None:
            outer = outer.parent
        scope = outer or scope  # at last the module, which need not have the name yet
    reading.state.journal.touch(scope.vars)
    scope.vars[name] = value
