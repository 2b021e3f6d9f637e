"""Methods of frames that select, add, rename or drop columns."""

from __future__ import annotations

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.outputs import Outputs
from glueline_worker.lineage.script.domain.template_text import as_text, render
from glueline_worker.lineage.script.domain.values import Value
from glueline_worker.lineage.script.models.spark import column_flow
from glueline_worker.lineage.script.models.spark.known_columns import get_outputs


def select(call: Call) -> Value:
    """Call ``frame.select(*items)`` or ``selectExpr``; of a collection, take one of its frames."""
    frame = call.receiver
    if frame.kind == "collection":
        return call.state.transform(frame, label="select")
    return column_flow.select_columns(call.state, frame, call.values, sql=call.name == "selectExpr")


def add(call: Call) -> Value:
    """Call ``frame.withColumn(name, expression)``."""
    name = call.text(0, "colName", "col_name", "name") or "?"
    return column_flow.add_columns(call.state, call.receiver, {name: call.arg(1, "col")})


def add_many(call: Call) -> Value:
    """Call ``frame.withColumns({name: expression})``, or pandas' ``assign``."""
    return column_flow.add_columns(
        call.state, call.receiver, call.mapping(0, "colsMap") | call.kwargs
    )


def rename(call: Call) -> Value:
    """Call ``frame.withColumnRenamed(old, new)`` or ``rename_field``."""
    old = call.arg(0, "existing", "oldName", "old_name")
    new = call.arg(1, "new", "newName", "new_name")
    return column_flow.rename_columns(call.state, call.receiver, [(as_text(old), as_text(new))])


def rename_many(call: Call) -> Value:
    """Call ``frame.withColumnsRenamed({old: new})``, or pandas' ``rename``."""
    pairs = call.mapping(0, "colsMap", "columns", "mapper")
    named = [(old, as_text(new)) for old, new in pairs.items()]
    return column_flow.rename_columns(call.state, call.receiver, named)


def drop(call: Call) -> Value:
    """Call ``frame.drop(*names)``; of DynamicFrames and pandas as well."""
    names = [*call.args, call.arg(None, "columns", "paths", "labels")]
    return column_flow.drop_columns(call.state, call.receiver, names)


def keep(call: Call) -> Value:
    """Call ``frame.select_fields(paths)``."""
    return column_flow.keep_columns(call.state, call.receiver, [call.arg(0, "paths", "items")])


def map_fields(call: Call) -> Value:
    """Call ``frame.apply_mapping(mappings)``."""
    return column_flow.apply_mapping(call.state, call.receiver, call.arg(0, "mappings"))


def set_alias(call: Call) -> Value:
    """Call ``frame.alias(name)``."""
    state = call.state
    node = state.transform(call.receiver, label="alias")
    name = call.text(0, "alias")
    if name is None:
        return node
    state.aliases.setdefault(node.node, {})[name] = node.node
    outputs = get_outputs(state, call.receiver.node)
    if outputs is not None:
        qualifier = (render(name).lower(),)
        state.outputs[node.node] = Outputs(
            each._replace(qualifier=qualifier) for each in outputs.attributes
        )
    return node
