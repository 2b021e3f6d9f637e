"""Read SQL text statement by statement: with the parser, else by keywords."""

import re
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from itertools import islice, pairwise, product
from types import MappingProxyType

from sqlglot import exp

from glueline_worker.lineage.sql.blocks import (
    BlockPart,
    fill_arguments,
    find_immediate_text,
    has_control,
    read_assignment,
    unwrap_blocks,
)
from glueline_worker.lineage.sql.bounds import has_many_open_joins, is_too_deep
from glueline_worker.lineage.sql.clauses import simplify_clauses
from glueline_worker.lineage.sql.keyword_fallback import read_by_keywords
from glueline_worker.lineage.sql.lexer import (
    SqlToken,
    lex_sql,
    split_statements,
)
from glueline_worker.lineage.sql.metric_views import is_metric_view, write_metric_view
from glueline_worker.lineage.sql.model import SqlReading, SqlStatement
from glueline_worker.lineage.sql.parse import (
    find_dialect,
    list_dialects,
    parse_statement,
    without_collector,
)
from glueline_worker.lineage.sql.placeholders import Placeholders
from glueline_worker.lineage.sql.projection_texts import ProjectionTexts
from glueline_worker.lineage.sql.query.scope import Item
from glueline_worker.lineage.sql.query.tables import TableSchemas
from glueline_worker.lineage.sql.rewrites import may_need_rewriting, rewrite_spark
from glueline_worker.lineage.sql.routines import is_sql_function, read_sql_function
from glueline_worker.lineage.sql.session import EMPTY_SESSION, SqlSession
from glueline_worker.lineage.sql.statements.classify import classify_statement
from glueline_worker.lineage.sql.statements.copy_unload import read_copy_unload
from glueline_worker.lineage.sql.statements.statement_builder import (
    ColumnNaming,
    StatementContext,
    make_row,
)
from glueline_worker.lineage.word_sets import split_words

_MAX_PARSED = 50_000
"""Tokens of one text that go to the parser, which manages some 60,000 a second."""
_MAX_RETRIED = 4_000
"""Tokens of a statement that other dialects are tried on."""
_TOKEN_LENGTH = 8
_SHORT = 50_000
"""Characters of a text that is read without a look for garbage: what it leaves is little."""
_MAX_TEXT = 2_000_000
_MAX_STATEMENTS = 10_000
_MAX_IMMEDIATE = 4
"""Texts of EXECUTE IMMEDIATE within one another."""
_MAX_ROWS = 8
"""Loops around a statement whose rows are known."""
_MAX_WARNINGS = 50
_LAST_WORD = re.compile(r"[^\s;]*\Z")
_STARTS = split_words(
    "ALTER ANALYZE BEGIN CACHE CALL CLEAR CLOSE COMMENT COMMIT COPY CREATE DECLARE DELETE DESC "
    "DESCRIBE DROP END EXEC EXECUTE EXPLAIN EXPORT FETCH FROM GRANT IMPORT INSERT LOAD LOCK MERGE "
    "MSCK OPTIMIZE PREPARE PRINT REFRESH REPLACE RESET REVOKE ROLLBACK SELECT SET SHOW START "
    "TABLE TRUNCATE UNCACHE UNLOAD UPDATE UPSERT USE VACUUM VALUES WITH ("
)
_MOVING = split_words(
    "CACHE COPY CREATE DELETE FROM INSERT LOAD MERGE REPLACE SELECT UNLOAD UPDATE UPSERT USE "
    "VALUES WITH ("
)
"""First words of statements that may move data, or that others depend on."""
_REWRITTEN = frozenset({"spark", "hive", "trino"})
_BEFORE_TABLE = frozenset({"FROM", "INTO", "JOIN", "TABLE", "UPDATE"})


def read_sql(
    text: str,
    *,
    dialect: str = "spark",
    schemas: TableSchemas = MappingProxyType({}),
    session: SqlSession = EMPTY_SESSION,
    name_columns: ColumnNaming | None = None,
    wants_columns: bool = True,
) -> SqlReading:
    """Read all statements of ``text``.

    ``dialect`` is ``spark``, ``hive``, ``trino`` (``athena``, ``presto``), ``redshift``,
    ``postgres``, ``mysql``, ``snowflake``, ``tsql``, ``oracle`` or ``bigquery``; any other means
    Spark. ``schemas`` maps ``database/table``, and ``table`` for a name without a database, in
    lower case, to column names; only its ``get`` is called. ``session`` has what earlier texts
    defined. ``name_columns`` names the columns of queries that are statements, as ``CREATE VIEW v
    (a, b) AS`` does; such a query is a ``create_view`` of no name. Without ``wants_columns``, they
    may be left out. Never raises: a statement that is not understood becomes a warning.
    """
    if is_metric_view(text):
        text = write_metric_view(text)
    # No name is cut: half a name would be the name of another table.
    beginning = text if len(text) <= _MAX_TEXT else _LAST_WORD.sub("", text[:_MAX_TEXT])
    reader = _Reader(beginning, find_dialect(dialect), schemas, session)
    reader.name_columns, reader.wants_columns = name_columns, wants_columns
    with without_collector() if len(text) <= _SHORT else nullcontext():
        reader.read()
    if left_out := len(text) - len(beginning):
        reader.leave_out(f"{left_out:,} of {len(text):,} characters of the SQL were not read")
    warnings, gaps = _limit(reader.warnings), _limit(reader.gaps)
    return SqlReading(tuple(reader.statements), warnings, gaps, reader.session)


def _limit(sentences: Sequence[str]) -> tuple[str, ...]:
    more = len(sentences) - _MAX_WARNINGS
    end = [f"{more:,} more warnings about the SQL are left out"] if more > 0 else []
    return (*sentences[:_MAX_WARNINGS], *end)


class _Reader:
    def __init__(
        self,
        text: str,
        dialect: str,
        schemas: Mapping[str, tuple[str, ...]],
        session: SqlSession,
    ) -> None:
        self._text = text
        self._dialect = dialect
        self._schemas = schemas
        self._left = _MAX_PARSED
        self._immediate = 0
        self._rows: tuple[Item, ...] = ()
        self._rewrites = dialect in _REWRITTEN and may_need_rewriting(text)
        self.name_columns: ColumnNaming | None = None
        self.wants_columns = True
        self.session = session
        self.statements: list[SqlStatement] = []
        self.warnings: list[str] = []
        self.gaps: list[str] = []

    def leave_out(self, sentence: str) -> None:
        """Warn about text that was not read."""
        self.warnings.append(sentence)
        self.gaps.append(sentence)

    def read(self) -> None:
        """Read the statements one by one, so that an odd one spoils no other."""
        line, seen = 1, 0
        pieces = split_statements(lex_sql(self._text, self._dialect))
        for piece in islice(pieces, _MAX_STATEMENTS):
            for part in unwrap_blocks(piece) if has_control(piece) else (BlockPart(piece),):
                if not part.tokens:
                    self._rows = self._rows[:-1]
                    continue
                start = part.tokens[0].start
                line += self._text.count("\n", seen, start)
                seen = start
                found = self._read_statement(part.tokens, line)
                self.statements += found
                if part.row is not None:
                    query = found[-1] if found else SqlStatement("other")
                    self._rows = (*self._rows, make_row(part.row, query))[-_MAX_ROWS:]
        if more := sum(1 for _ in pieces):
            self.leave_out(
                f"{more:,} SQL statements after the first {_MAX_STATEMENTS:,} were not read"
            )

    def _read_statement(self, tokens: Sequence[SqlToken], line: int) -> list[SqlStatement]:
        if self._read_definition(tokens):
            return [SqlStatement("other", line=line)]
        if [token.upper for token in tokens[:2]] == ["EXECUTE", "IMMEDIATE"]:
            return self._read_immediate(tokens, line)
        tokens = self._rewrite(tokens)
        first = tokens[0].upper or tokens[0].text
        if first == "REPLACE" and len(tokens) > 1 and tokens[1].upper == "TABLE":
            tokens = [SqlToken("word", "CREATE", tokens[0].start, "CREATE"), *tokens[1:]]
        if all(token.kind == "placeholder" for token in tokens):
            self.warnings.append(f"line {line}: the SQL is known only at run time")
            return []
        if tokens[0].kind != "placeholder" and first not in _STARTS:
            self.leave_out(f"line {line}: no SQL statement")
            return []
        moved = read_copy_unload(tokens, line, self._read_inner)
        if moved is not None:
            return [moved]
        return self._read_parsed(tokens, line)

    def _rewrite(self, tokens: Sequence[SqlToken]) -> Sequence[SqlToken]:
        if not self._rewrites:
            return tokens
        if self._dialect == "spark":
            return rewrite_spark(tokens, self.session.variables)
        return simplify_clauses(tokens)

    def _read_parsed(self, tokens: Sequence[SqlToken], line: int) -> list[SqlStatement]:
        first = tokens[0].upper or tokens[0].text
        if tokens[0].kind != "placeholder" and first not in _MOVING:
            return [SqlStatement("other", line=line)]
        found = self._parse(tokens, line, self.name_columns)
        return found or self._read_by_keywords(tokens, line)

    def _read_definition(self, tokens: Sequence[SqlToken]) -> bool:
        """Read DECLARE, SET or CREATE FUNCTION into the session; tell whether it was one."""
        first = tokens[0].upper
        if first in {"DECLARE", "SET"} and len(tokens) > 1:
            known = self.session.variables
            is_variable = first == "DECLARE" or tokens[1].upper in {"VAR", "VARIABLE"}
            if is_variable or tokens[1].value.lower() in known:
                self.session = self.session.assign(read_assignment(tokens, known))
            return True
        if first == "CREATE" and is_sql_function(tokens):
            function = read_sql_function(tokens, self._parse_body)
            if function is not None:
                self.session = self.session.define(function)
            return True
        return False

    def _parse_body(self, tokens: Sequence[SqlToken]) -> exp.Expr | None:
        if is_too_deep(tokens) or len(tokens) > self._left:
            return None
        self._left -= len(tokens)
        tokens = self._rewrite(tokens)
        return parse_statement(Placeholders(tokens).fill(), self._dialect)

    def _read_immediate(self, tokens: Sequence[SqlToken], line: int) -> list[SqlStatement]:
        """Read the text that EXECUTE IMMEDIATE runs."""
        text = find_immediate_text(tokens, self.session.variables)
        if text is None or self._immediate >= _MAX_IMMEDIATE:
            self.leave_out(f"line {line}: EXECUTE IMMEDIATE of a text that is known at run time")
            return []
        self._immediate += 1
        self._rewrites |= self._dialect in _REWRITTEN and may_need_rewriting(text)
        found: list[SqlStatement] = []
        for inner in islice(split_statements(lex_sql(text, self._dialect)), _MAX_IMMEDIATE):
            filled = fill_arguments(inner, tokens, self.session.variables)
            found += self._read_statement(filled, line)
        self._immediate -= 1
        return found

    def _parse(
        self, tokens: Sequence[SqlToken], line: int, name_columns: ColumnNaming | None = None
    ) -> list[SqlStatement]:
        if is_too_deep(tokens) or has_many_open_joins(tokens):
            return []
        places = [token.start for token in (tokens[0], tokens[-1]) if token.start >= 0]
        span = places[-1] - places[0] + len(tokens[-1].text) if len(places) > 1 else 0
        cost = max(len(tokens), span // _TOKEN_LENGTH)
        placeholders = Placeholders(tokens)
        texts = [placeholders.fill()]
        if placeholders.has_any and (sparing := placeholders.fill(sparing=True)) != texts[0]:
            texts.append(sparing)
        names = list_dialects("trino" if _has_quoted_names(tokens) else self._dialect)[
            : None if cost <= _MAX_RETRIED else 1
        ]
        for name, sql in product(names, texts):
            self._left -= cost
            tree = parse_statement(sql, name) if self._left >= 0 else None
            if tree is not None:
                context = StatementContext(
                    placeholders,
                    self._schemas,
                    self._dialect,
                    self.session,
                    ProjectionTexts(sql),
                    self._rows,
                    line,
                    name_columns=name_columns,
                    wants_columns=self.wants_columns,
                )
                return self._classify(tree, context)
        return []

    def _classify(self, tree: exp.Expr, context: StatementContext) -> list[SqlStatement]:
        try:
            found = classify_statement(tree, context)
        except Exception:  # noqa: BLE001 - a tree of a shape not seen so far
            return []
        self.warnings += context.warnings
        return found

    def _read_by_keywords(self, tokens: Sequence[SqlToken], line: int) -> list[SqlStatement]:
        statement = read_by_keywords(tokens, line)
        if statement is None:
            self.leave_out(f"line {line}: no SQL statement that can be read")
            return []
        why = f"beyond {_MAX_PARSED:,} words of SQL" if self._left < 0 else "not parsed"
        self.leave_out(f"line {line}: {why}; its tables were found by keywords")
        return [statement]

    def _read_inner(self, query: str | Sequence[SqlToken]) -> SqlStatement:
        """Read the query inside UNLOAD or COPY."""
        tokens = list(lex_sql(query, self._dialect)) if isinstance(query, str) else query
        if not tokens:
            return SqlStatement("other")
        found = self._parse(tokens, 1) or self._read_by_keywords(tokens, 1)
        return found[0] if found else SqlStatement("other")


def _has_quoted_names(tokens: Sequence[SqlToken]) -> bool:
    """Tell whether ``FROM "a"`` shows that double quotes hold names here, not texts as in Spark."""
    return any(
        before.upper in _BEFORE_TABLE
        for before, token in pairwise(tokens)
        if token.kind == "quoted" and token.text[0] == '"'
    )
