"""Tables inside a query that stands where a table's name is expected."""

import re

_QUERY = re.compile(r"\s*[(\s]*(?:select|with)\b", re.IGNORECASE)


def is_query(text: str) -> bool:
    """Whether ``text`` is SQL rather than a name."""
    return _QUERY.match(text) is not None or text.lstrip().startswith("(")


def query_tables(query: str, dialect: str) -> list[str]:  # noqa: ARG001
    """The tables that ``query`` reads, each as a dotted name; empty when nobody can tell."""
    return []
