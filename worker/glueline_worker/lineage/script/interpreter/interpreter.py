"""The interpreter: a reading that follows a script over abstract values, without executing it."""

from __future__ import annotations

from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.interpreter import (
    attributes,
    calls,
    expressions,
    functions,
    statements,
)


class Interpreter(Reading):
    """Follows a script; each method is the function of its name in one of the modules here."""

    evaluate = expressions.evaluate
    run = statements.run_statements
    run_module = statements.run_module
    invoke = functions.invoke
    call = calls.call_value
    call_method = calls.call_method
    get_attribute = attributes.get_attribute
    get_item = attributes.get_item
