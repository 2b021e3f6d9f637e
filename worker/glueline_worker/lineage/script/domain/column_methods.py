"""Methods, fields and items of Spark's column expressions."""

from __future__ import annotations

from dataclasses import replace

from glueline_worker.lineage.script.domain.columns import (
    combine_columns,
    decide_by,
    show,
    show_call,
    strengthen,
)
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.template_text import has_placeholder, render
from glueline_worker.lineage.script.domain.values import Column, Value
from glueline_worker.lineage.word_sets import split_words

_ORDERS = split_words(
    "asc desc asc_nulls_first asc_nulls_last desc_nulls_first desc_nulls_last outer"
)
_RANKS = frozenset({"rank()", "dense_rank()", "percent_rank()"})
_SHOWN = {
    "like": "{} LIKE {}",
    "rlike": "RLIKE({}, {})",
    "ilike": "ilike({}, {})",
    "startswith": "startswith({}, {})",
    "endswith": "endswith({}, {})",
    "contains": "contains({}, {})",
    "eqNullSafe": "({} <=> {})",
    "bitwiseAND": "({} & {})",
    "bitwiseOR": "({} | {})",
    "bitwiseXOR": "({} ^ {})",
    "isNull": "({} IS NULL)",
    "isNotNull": "({} IS NOT NULL)",
    "isNaN": "isnan({})",
    "between": "(({0} >= {1}) AND ({0} <= {2}))",
    "substr": "substr({}, {}, {})",
}


class WindowColumns(LibraryObject):
    """What stands in ``over(…)``: it lists the columns of the window."""

    def list_columns(self) -> Column:
        """Return all columns that the window is made of, as one."""
        return Column()

    def list_order(self) -> Column:
        """Return the columns that order the window, as one."""
        return Column()


def call_column_method(  # noqa: PLR0911 - one for each kind
    column: Column, name: str, args: list[Value]
) -> Column:
    """Call a method of a column."""
    if name in {"alias", "name"} and args:
        return _rename(column, args)
    if name in {"getField", "getItem"} and args:
        return get_column_item(column, args[0])
    if name in _ORDERS:
        return column
    if name in {"cast", "astype", "try_cast"}:
        return _cast(column, args)
    if name == "over":
        return _put_in_window(column, args)
    if name == "when":
        return add_case(column, args)
    if name == "otherwise":
        return _end_cases(column, args)
    if name in {"withField", "dropFields"}:
        return replace(combine_columns([column, *args]), name=None, text=None)
    return combine_columns([column, *args], name=_show_method(column, name, args))


def _show_method(column: Column, name: str, args: list[Value]) -> str | None:
    if name == "isin":
        items = args[0] if len(args) == 1 and isinstance(args[0], (list, tuple)) else args
        listed = show_call("", items)
        return None if listed is None or column.shown is None else f"({column.shown} IN {listed})"
    shown = [show(value) for value in (column, *args)]
    form = _SHOWN.get(name)
    if form is None or None in shown or form.count("{") > len(shown) + ("{0}" in form):
        return None
    return form.format(*shown)


def _rename(column: Column, args: list[Value]) -> Column:
    args = [arg for arg in args if not isinstance(arg, dict)]  # without the metadata
    names = tuple(render(arg) for arg in args if isinstance(arg, str) and not has_placeholder(arg))
    if len(names) != len(args):
        unnamed = replace(column, name=None, text=None, is_known=False, names=())
        is_unknown = column.kind == "value" and not column.refs
        return replace(unnamed, kind="renamed") if is_unknown else unnamed
    shown = column.shown
    text = None if shown is None else f"{shown} AS {names[0]}"
    kind = "plain" if column.kind == "item" else column.kind
    kind = "value" if kind == "renamed" else kind
    keeps_names = len(names) > 1 or column.kind == "inline"
    return replace(column, name=names[0], text=text, kind=kind, names=names if keeps_names else ())


def _cast(column: Column, args: list[Value]) -> Column:
    kind = args[0] if args else None
    shown = column.shown
    text = f"CAST({shown} AS {render(kind).upper()})" if isinstance(kind, str) and shown else None
    cast = combine_columns([column], name=column.name)
    return replace(cast, text=text, names=column.names)


def _put_in_window(column: Column, args: list[Value]) -> Column:
    window = args[0] if args else None
    if not isinstance(window, WindowColumns):
        return replace(combine_columns([column], "aggregation"), is_known=column.is_known)
    deciders = decide_by(window.list_columns(), "window")
    refs = tuple(strengthen(ref, "aggregation") for ref in column.refs)
    if column.name in _RANKS:
        # A rank is made of the values that order the rows.
        refs = tuple(strengthen(ref, "aggregation") for ref in window.list_order().refs)
    return Column(
        refs,
        None,
        column.is_known,
        fields=column.fields,
        shape=column.shape,
        deciders=tuple(dict.fromkeys((*column.deciders, *deciders))),
    )


def add_case(column: Column | None, args: list[Value]) -> Column:
    """Call ``when(condition, value)``, of the functions or of a column."""
    condition = combine_columns(args[:1])
    value = combine_columns(args[1:2])
    parts = [column, value] if column is not None else [value]
    made = combine_columns(parts)
    shown = [show(part) for part in args[:2]]
    text = None
    if None not in shown and len(shown) == 2:  # noqa: PLR2004 - a condition and its value
        before = "CASE" if column is None else (column.shown or "").removesuffix(" END")
        text = f"{before} WHEN {shown[0]} THEN {shown[1]} END" if before else None
    deciders = (*made.deciders, *decide_by(condition, "conditional"))
    return replace(made, name=text, deciders=tuple(dict.fromkeys(deciders)))


def _end_cases(column: Column, args: list[Value]) -> Column:
    made = combine_columns([column, *args])
    last = show(args[0]) if args else None
    if column.shown is None or last is None:
        return made
    return replace(made, name=f"{column.shown.removesuffix(' END')} ELSE {last} END")


def get_column_item(column: Column, key: Value) -> Column:
    """Return ``column[key]`` or ``column.key``: a field, or an item of an array or map."""
    shown = show(key)
    known = dict(column.fields)
    if isinstance(key, str) and key in known:
        return replace(known[key], name=key, text=f"{column.shown}.{key}")
    others = combine_columns([key])
    name = None
    if column.shown is not None and shown is not None:
        name = f"{column.shown}.{shown}" if isinstance(key, str) else f"{column.shown}[{shown}]"
    refs = (*column.refs, *others.refs)
    kind = column.kind
    if isinstance(key, str) and kind in {"plain", "item"} and len(column.refs) == 1:
        ref = column.refs[0]
        refs = (ref._replace(name=f"{ref.name}.{render(key)}"),)
        kind = "item"
    return replace(
        column,
        refs=tuple(dict.fromkeys(refs)),
        name=name,
        text=None,
        names=(),
        fields=() if isinstance(key, str) else column.fields,
        kind=kind,
    )
