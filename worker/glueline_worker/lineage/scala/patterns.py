"""The patterns of ``case``, ``for`` and ``val``."""

from collections.abc import Sequence

from glueline_worker.lineage.scala.lexer import Token
from glueline_worker.lineage.scala.python_writer import python_name


def bound(pattern: Sequence[Token]) -> list[str]:
    """The variables of a pattern: names in lower case that are no types."""
    found = []
    for before, token in zip([None, *pattern], pattern, strict=False):
        is_type = before is not None and before.text in {":", ".", "["}
        if token.kind == "id" and not is_type and token.text[0].islower():
            found.append(python_name(token.text))
    return list(dict.fromkeys(found))


def condition(pattern: Sequence[Token], given: str) -> str:
    """The condition of a case; empty where it takes everything."""
    literals = [token for token in pattern if token.text != "|"]
    if literals and all(token.kind == "string" for token in literals):
        return f"{given} in {[part for token in literals for part in token.parts or ['']]!r}"
    takes_all = len(pattern) == 1 and (pattern[0].text == "_" or pattern[0].text[:1].islower())
    return "" if takes_all else f"is_a_case({given})"


def last_header(header: str) -> str:
    """The header of a case that takes what is left."""
    return "else:" if header == "elif" else "if True:"
