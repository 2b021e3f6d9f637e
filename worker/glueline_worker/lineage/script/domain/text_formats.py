"""Texts that are made by a format: ``format``, f-strings and ``%``."""

import re
from collections.abc import Sequence
from string import Formatter

from glueline_worker.lineage.script.domain.alternatives import (
    join_values,
)
from glueline_worker.lineage.script.domain.date_parts import PARTS, is_date, name_formatted
from glueline_worker.lineage.script.domain.template_text import (
    as_text,
    concatenate,
    has_placeholder,
    is_placeholder,
    placeholder,
    render,
)
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    External,
    Frame,
    Method,
    OneOf,
    Value,
)

_WIDTH_DIGITS = 3


_LISTED_LIMIT = 1_000
"""The most items of a list, and characters of each, that a text shows."""


_PERCENT = re.compile(
    r"%(?:\((?P<key>[^()]*+)\))?(?P<spec>[-#0 +]*+\d*+(?:\.\d++)?)(?P<kind>[a-zA-Z%])"
)


def format_braces(template: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """Return ``template.format(*args, **kwargs)``."""
    try:
        fields = list(Formatter().parse(template))
    except ValueError:
        return template
    parts: list[Value] = []
    position = 0
    for literal, name, spec, _ in fields:
        parts.append(literal)
        if name is None:
            continue
        if not re.split(r"[.\[]", name)[0]:
            parts.append(format_value(_get_field(f"{position}{name}", args, kwargs), spec or ""))
            position += 1
        else:
            parts.append(format_value(_get_field(name, args, kwargs), spec or ""))
    return concatenate(parts)


def _get_field(name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    first, *path = re.findall(r"[^.\[\]]+", name) or [""]
    value: Value
    if first.isdigit():
        value = args[int(first)] if int(first) < len(args) else UNKNOWN
    else:
        value = kwargs.get(first, UNKNOWN)
    for key in path:
        if isinstance(value, dict):
            value = value.get(key, UNKNOWN)
        elif isinstance(value, (list, tuple)) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            value = value.part(key) if isinstance(value, External) else UNKNOWN
    return value


def format_value(value: Value, spec: str) -> Value:  # noqa: PLR0911 - one for each kind
    """Format ``value`` by a format specification."""
    if isinstance(value, OneOf):
        return join_values(format_value(option, spec) for option in value.options)
    if spec and is_date(value):
        return as_text(name_formatted(value, spec))
    if isinstance(value, Frame) and value.kind == "rows":
        return value  # the text that is made of it has its data
    if isinstance(value, Method):
        of = value.receiver  # {day.year}, where the day is an argument
        is_part = isinstance(of, str) and is_placeholder(of) and value.name in PARTS
        return placeholder("date") if is_part else UNKNOWN
    if isinstance(value, (list, tuple)) and _is_list_of_texts(value):
        items = ", ".join(f"'{item}'" for item in value)
        return f"[{items}]" if isinstance(value, list) else f"({items})"
    if (
        spec
        and _is_narrow(spec)
        and isinstance(value, (str, int, float))
        and not has_placeholder(as_text(value))
    ):
        try:
            return format(value, render(spec))
        except (ValueError, TypeError, OverflowError, MemoryError):
            return as_text(value)
    return as_text(value)


def _is_list_of_texts(value: Sequence[Value]) -> bool:
    """Tell whether Python shows a list as SQL does, such as the paths of a ``read_parquet``."""
    return 0 < len(value) <= _LISTED_LIMIT and all(
        isinstance(item, str) and len(item) <= _LISTED_LIMIT and "'" not in item for item in value
    )


def _is_narrow(spec: str) -> bool:
    """Tell whether a specification asks for no absurd width."""
    return all(len(digits) <= _WIDTH_DIGITS for digits in re.findall(r"\d+", spec))


def format_percent(template: str, values: Value) -> Value:
    """Return ``template % values``."""
    rest = list(values) if isinstance(values, tuple) else [values]
    parts: list[Value] = []
    end = 0
    for found in _PERCENT.finditer(template):
        parts.append(template[end : found.start()])
        end = found.end()
        if found["kind"] == "%":
            parts.append("%")
        elif found["key"] is not None:
            parts.append(values.get(found["key"], UNKNOWN) if isinstance(values, dict) else UNKNOWN)
        else:
            parts.append(_convert(rest.pop(0) if rest else UNKNOWN, found))
    parts.append(template[end:])
    return concatenate(parts)


def _convert(value: Value, found: re.Match[str]) -> Value:
    if isinstance(value, (int, float)) and found["kind"] in "dif" and _is_narrow(found["spec"]):
        return f"%{found['spec']}{found['kind']}" % value
    return value
