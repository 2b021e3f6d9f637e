"""Placeholders survive parsing: each becomes an identifier, and afterwards its text again."""

import re
from collections.abc import Sequence

from glueline_worker.lineage.sql.lexer import SqlToken
from glueline_worker.lineage.word_sets import split_words

_MARK = "zq"
_BEFORE_A_NAME = split_words(
    "ALL AND AS BETWEEN BY CALL CASE CATALOG COPY CROSS DATABASE DELETE DESCRIBE DISTINCT ELSE "
    "EXCEPT EXISTS FROM HAVING IN INNER INTERSECT INTERVAL INTO IS JOIN LIKE LIMIT MERGE NOT "
    "OFFSET ON OR OVERWRITE REFRESH REPLACE RLIKE SCHEMA SELECT SET TABLE THEN TO UNION UPDATE "
    "USE USING VALUES VIEW WHEN WHERE WITH"
)


class Placeholders:
    """The placeholders of one statement."""

    def __init__(self, tokens: Sequence[SqlToken]) -> None:
        self._tokens = tokens
        self._texts = [token.text for token in tokens if token.kind == "placeholder"]
        self.has_any = bool(self._texts)
        """The statement has placeholders."""
        self._mark = _MARK
        if self.has_any:
            used = " ".join(token.text for token in tokens if token.kind == "word").lower()
            while self._mark in used:
                self._mark += "q"
        self._pattern = re.compile(rf"{self._mark}(\d+)z", re.IGNORECASE)

    def fill(self, *, sparing: bool = False) -> str:
        """Return the statement in a form that sqlglot can read.

        ``sparing`` leaves out the placeholders where no name can stand: a templated clause
        (``FROM t {condition}``) or a macro before the statement.
        """
        parts: list[str] = []
        number = 0
        before: SqlToken | None = None
        end = -1
        for token in self._tokens:
            kind, text, start, _ = token
            apart = end != start
            end = start + len(text)
            if kind == "placeholder":
                text = f"{self._mark}{number}z"
                number += 1
                if sparing and apart and not _can_be_name(before):
                    text = ""
            parts.append(f" {text}" if apart else text)
            before = token
        return "".join(parts)

    def restore(self, text: str) -> str:
        """Return ``text`` with its placeholders as they were written."""
        if not self.has_any:
            return text
        return self._pattern.sub(self._get_original, text)

    def is_placeholder(self, text: str) -> bool:
        """Tell whether ``text`` is one placeholder and nothing else."""
        return self.has_any and self._pattern.fullmatch(text) is not None

    def _get_original(self, match: re.Match[str]) -> str:
        number = int(match.group(1))
        return self._texts[number] if number < len(self._texts) else match.group()


def _can_be_name(before: SqlToken | None) -> bool:
    if before is None:
        return False
    if before.kind == "word":
        return before.upper in _BEFORE_A_NAME
    return before.kind == "op" and before.text != ")"
