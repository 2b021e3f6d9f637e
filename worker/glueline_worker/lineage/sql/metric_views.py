"""Turn the definition of a metric view into SQL, whose lineage is the view's.

The definition is YAML: a source, a filter, joins, dimensions and measures with an expression each.
"""

import re
from collections.abc import Iterator

from glueline_worker.lineage.yaml_blocks import Block, read_yaml_blocks

_START = re.compile(r"\s*(?:#[^\n]*\n\s*)*version\s*:")
_QUERY = re.compile(r"\s*(?:\(|(?:select|with|from|table|values)\b)", re.IGNORECASE)
_MOST_JOINS = 100


def is_metric_view(text: str) -> bool:
    """Tell whether a view's text is the definition of a metric view."""
    return _START.match(text) is not None


def write_metric_view(text: str) -> str:
    """Return the SQL that a definition stands for; "" for one that is not understood."""
    try:
        return _make_sql(read_yaml_blocks(text))
    except ValueError:
        return ""


def _make_sql(definition: Block) -> str:
    fields = _to_mapping(definition)
    listed = [
        *_get_list(fields, "dimensions"),
        *_get_list(fields, "fields"),
        *_get_list(fields, "measures"),
    ]
    if not listed:
        raise ValueError("there are neither dimensions nor measures")
    # Each expression has its own line, so that a comment at its end ends there.
    columns = ",\n".join(
        f"{_get_text(each, 'expr')}\n AS {_quote(_get_text(each, 'name'))}" for each in listed
    )
    joins = "".join(_make_joins(fields, 0))
    condition = fields.get("filter")
    where = f"\nWHERE {condition}" if isinstance(condition, str) and condition.strip() else ""
    has_alias = bool(joins) or "source." in f"{columns}{where}".lower()
    source = _make_source(_get_text(fields, "source"), "source" if has_alias else "")
    return f"SELECT {columns}\nFROM {source}{joins}{where}"


def _make_joins(fields: dict[str, Block], depth: int) -> Iterator[str]:
    joins = _get_list(fields, "joins")
    if depth > _MOST_JOINS or len(joins) > _MOST_JOINS:
        raise ValueError("there are too many joins")
    for join in joins:
        source = _make_source(_get_text(join, "source"), _get_text(join, "name"))
        using = join.get("using")
        if isinstance(using, list):
            names = ", ".join(_quote(each) for each in using if isinstance(each, str))
            yield f"\nLEFT JOIN {source} USING ({names})"
        else:
            yield f"\nLEFT JOIN {source} ON {_get_text(join, 'on')}"
        yield from _make_joins(join, depth + 1)


def _make_source(source: str, alias: str) -> str:
    named = f" AS {_quote(alias)}" if alias else ""
    return f"({source}\n){named}" if _QUERY.match(source) else f"{source}{named}"


def _quote(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def _get_list(fields: dict[str, Block], key: str) -> list[dict[str, Block]]:
    found = fields.get(key) or []
    if not isinstance(found, list):
        raise ValueError(f"{key} is no list")  # noqa: TRY004 - one error for all that is odd
    return [_to_mapping(each) for each in found]


def _to_mapping(block: Block) -> dict[str, Block]:
    if not isinstance(block, dict):
        raise ValueError("a mapping is missing")  # noqa: TRY004
    return block


def _get_text(fields: dict[str, Block], key: str) -> str:
    found = fields.get(key)
    if not isinstance(found, str) or not found.strip():
        raise ValueError(f"{key} is missing")
    return found.strip()
