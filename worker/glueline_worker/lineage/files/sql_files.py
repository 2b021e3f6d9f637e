"""A file of SQL as a Python script that runs its statements, each at its own line."""

from collections.abc import Sequence

from glueline_worker.lineage.sql.lexer import SqlToken, lex_sql, split_statements


def make_sql_script(text: str) -> str:
    """Return a script of ``spark.sql(…)`` calls. A block of ``BEGIN … END`` stays one call."""
    lines: list[str] = [""]
    line = seen = 0
    for tokens in _split(text):
        line += text.count("\n", seen, tokens[0].start)
        seen = tokens[0].start
        call = f"spark.sql({text[tokens[0].start : tokens[-1].end]!r})"
        lines += [""] * (line + 1 - len(lines))
        lines[line] = f"{lines[line]}; {call}" if lines[line] else call
    return "\n".join(lines) + "\n"


def _split(text: str) -> list[Sequence[SqlToken]]:
    tokens = list(lex_sql(text, "spark"))
    if any(token.upper == "BEGIN" for token in tokens[:1]):
        return [tokens]
    return list(split_statements(iter(tokens)))
