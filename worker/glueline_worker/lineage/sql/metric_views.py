"""Metric views: Spark keeps their definition as YAML where other views have SQL.

Only the shape that these definitions have is read: keys, lists of keys, and texts over several
lines. The view is its source with the joins, and an expression for each of its columns.
"""

import re
from dataclasses import dataclass, field

_START = re.compile(r"\s*(?:#[^\n]*\n\s*)*version\s*:")
_LINE = re.compile(r"(?P<indent> *)(?P<dash>(?:- +)*)(?P<key>\w+) *:(?: +(?P<value>.*))?$")
_BLOCK = re.compile(r"[|>][+-]?\d?")
_QUERY = re.compile(r"\s*(?:select|with|from)\b", re.IGNORECASE)
_COLUMNS = ("dimensions", "fields", "measures")
_MAX_TEXT = 200_000


@dataclass(slots=True)
class _Entry:
    """A key with its value: ``path`` has the lists that it stands in."""

    path: tuple[str, ...]
    values: dict[str, str] = field(default_factory=dict)


def is_metric_view(text: str) -> bool:
    """Tell whether a view's text is the definition of a metric view."""
    return _START.match(text) is not None


def write_metric_view(text: str) -> str:
    """Return a query that yields what a metric view yields; "" if it has no columns."""
    entries = _read_entries(text[:_MAX_TEXT])
    top = next((entry.values for entry in entries if not entry.path), {})
    columns = [
        f"{entry.values['expr']} AS {_quote(entry.values['name'])}"
        for entry in entries
        if entry.path[-1:]
        and entry.path[-1] in _COLUMNS
        and {"name", "expr"} <= entry.values.keys()
    ]
    if not columns or "source" not in top:
        return ""
    parts = [f"SELECT {', '.join(columns)}", f"FROM {_name_source(top['source'], 'source')}"]
    parts += [
        _write_join(entry.values)
        for entry in entries
        if entry.path[-1:] == ("joins",) and {"name", "source"} <= entry.values.keys()
    ]
    if "filter" in top:
        parts.append(f"WHERE {top['filter']}")
    return "\n".join(parts)


def _write_join(values: dict[str, str]) -> str:
    join = f"LEFT JOIN {_name_source(values['source'], values['name'])}"
    if "on" in values:
        return f"{join} ON {values['on']}"
    names = values.get("using", "").strip("[] ")
    return f"{join} USING ({names})" if names else f"{join} ON true"


def _name_source(source: str, alias: str) -> str:
    table = f"({source})" if _QUERY.match(source) else source
    return f"{table} AS {_quote(alias)}"


def _quote(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _read_entries(text: str) -> list[_Entry]:
    """Return the entries of all lists, and the keys outside lists as the first one."""
    top = _Entry(())
    entries = [top]
    open_keys: list[tuple[int, str]] = []  # keys that have lists below them
    items: list[tuple[int, _Entry]] = []  # list items by the column where their keys begin
    block: tuple[int, dict[str, str], str] | None = None
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip(" "))
        if block is not None and (not line.strip() or indent > block[0]):
            _, values, key = block
            values[key] = f"{values[key]} {line.strip()}".strip()
            continue
        block = None
        found = _LINE.match(line)
        if found is None or line.lstrip().startswith("#"):
            continue
        column = found.start("key")
        while open_keys and open_keys[-1][0] > (indent if found["dash"] else column):
            open_keys.pop()
        while items and items[-1][0] > column - (2 if found["dash"] else 0):
            items.pop()
        if found["dash"]:
            while items and items[-1][0] >= column:
                items.pop()
            entry = _Entry(tuple(key for _, key in open_keys))
            entries.append(entry)
            items.append((column, entry))
        values = items[-1][1].values if items and items[-1][0] == column else top.values
        key, value = found["key"], (found["value"] or "").strip()
        if not value:
            open_keys = [each for each in open_keys if each[0] < column]
            open_keys.append((column, key))
            block = (column, values, key) if key in {"expr", "source", "filter", "on"} else None
            values.setdefault(key, "") if block else None
        elif _BLOCK.fullmatch(value):
            values[key] = ""
            block = (column, values, key)
        else:
            values[key] = _unquote(value)
    return entries


def _unquote(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"')
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    return value.partition(" #")[0].rstrip()
