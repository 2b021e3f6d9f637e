"""Long texts of every kind take linear time: a table is no way to stop a worker."""

import re
import re._constants as ops
import re._parser as parser
import string
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from glueline_worker import redact
from glueline_worker.catalog import views
from glueline_worker.catalog.types import type_brackets
from glueline_worker.lineage import literals
from glueline_worker.lineage.files import cells, file_kinds
from glueline_worker.lineage.naming import queries
from glueline_worker.lineage.scala import lexer
from glueline_worker.lineage.script.domain import text_formats
from glueline_worker.lineage.script.models import databases as script_databases
from glueline_worker.lineage.script.models.duckdb import connections, databases
from glueline_worker.lineage.script.models.duckdb import queries as duckdb_queries
from glueline_worker.lineage.script.source import repair
from glueline_worker.sinks import sink_url

SIZE = 1_000_000
RANDOM = Random(11)
UNBOUNDED = parser.MAXREPEAT
PATTERNS = [
    (f"{module.__name__}.{name}", value)
    for module in (redact, type_brackets)
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
]
KEY = "AKIA" + "".join(RANDOM.choices(string.ascii_uppercase, k=16))
PIECES = (
    "pwd", "pwd.", "password='", "pwd='''", "pwd=", "pwd: a ", "token:        ", "('pwd", "( 'token", "secrets-", "eyJ-",
    "eyJaaaaaaaaaa.eyJ-", "eyJaaaaaaaaaa.", "-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "-----END -----", "://", "://a:",
    "://u:p@s", "jdbc:oracle:a:b/", "?a=", "?a={", ";a", "/* Presto View: aaaa", "/*   ", KEY, KEY + " ", "a" * 40 + " ",
    "Bearer ", "xoxb-", "\\", '\\"', 'pwd=\\"', "access_", "\n", "a",
)  # fmt: skip


def repeated(piece: str) -> str:
    return (piece * (SIZE // len(piece) + 1))[:SIZE]


def many_keys() -> str:
    letters = string.ascii_uppercase
    return " ".join("AKIA" + "".join(RANDOM.choices(letters, k=16)) for _ in range(SIZE // 21))


@pytest.mark.slow
@pytest.mark.parametrize("piece", PIECES)
def test_a_megabyte_of_anything_is_redacted(piece: str) -> None:
    for take in (redact.redact_text, redact.redact_prose, redact.redact_code, redact.redact_url):
        take(repeated(piece))


@pytest.mark.parametrize(
    "piece", ["-----BEGIN PRIVATE KEY-----", "eyJ-", "eyJaaaaaaaaaa.eyJ-", KEY]
)
def test_what_took_quadratic_time_is_redacted(piece: str) -> None:
    redact.redact_code(repeated(piece)[: SIZE // 4])


def test_a_text_full_of_keys_is_redacted() -> None:
    found = redact.redact_text(many_keys()[: SIZE // 2])
    assert "AKIA" not in found[:-21]


@pytest.mark.parametrize("piece", ["\\``", "`", '"', "comment '", "comment ", "<", "(", ",\\``"])
def test_a_type_with_quotes_that_are_never_closed_is_outlined(piece: str) -> None:
    type_brackets.find_brackets(repeated(piece)[: SIZE // 16])


@pytest.mark.parametrize(("name", "pattern"), PATTERNS)
def test_no_pattern_searches_without_end_from_each_place(
    name: str, pattern: re.Pattern[str]
) -> None:
    """An unbounded repetition is the first or the last thing, or begins after a rare text."""
    loose = [one for one in _unbounded(parser.parse(pattern.pattern, pattern.flags)) if one]
    assert len(loose) <= ALLOWED.get(name.rpartition(".")[2], 0), (name, loose)


ALLOWED = {
    "_PAIR": 1,  # at most once from each separator, which the repetition does not cross
    "_USER_INFO": 1,  # digits after "://…:", which they do not cross
    "_WORD_AFTER_COLON": 3,  # of a match, which is short
    "_ENCODED_VIEW": 4,  # after "/*", which the repetitions do not cross
    "_KEY_LETTERS": 1,  # all that it meets is part of the match
    "_TOKEN_LETTERS": 1,
    "_MARK": 1,  # spaces after a word
}
"""How many unbounded repetitions a pattern has, and why they cost no more than linear time."""


def _unbounded(parsed: Any) -> Iterator[bool]:
    for op, value in parsed:
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            yield value[1] is UNBOUNDED
            yield from _unbounded(value[2])
        elif op is ops.SUBPATTERN:
            yield from _unbounded(value[3])
        elif op is ops.ATOMIC_GROUP:
            yield from _unbounded(value)
        elif op is ops.BRANCH:
            for branch in value[1]:
                yield from _unbounded(branch)
        elif op in (ops.ASSERT, ops.ASSERT_NOT):
            yield from _unbounded(value[1])


def test_the_mark_of_a_view_that_never_ends_is_no_view() -> None:
    assert views._TRINO.fullmatch("/* Presto View:" + " " * SIZE) is None


STEPS = 60
"""Lines of Python that a place in a text may cost."""


@pytest.mark.parametrize("take", [redact.redact_text, redact.redact_code, redact.redact_prose])
def test_python_does_no_more_for_each_place_of_a_longer_text(take: Callable[[str], str]) -> None:
    import sys

    for text in (many_keys(), *(repeated(piece) for piece in PIECES)):
        counts = []
        for size in (2_000, 8_000):
            lines = 0

            def count(*_: Any) -> Any:
                nonlocal lines
                lines += 1
                return count

            before = sys.gettrace()
            sys.settrace(count)
            try:
                take(text[:size])
            finally:
                sys.settrace(before)
            counts.append(lines)
        assert counts[1] <= STEPS * 8_000
        assert counts[1] <= 6 * counts[0] + 1_000, (text[:40], counts)


LONG = 300_000
TAKERS: dict[str, tuple[Callable[[str], Any], tuple[str, ...]]] = {
    "query": (queries.is_query, ("\t", "(", " \n")),
    "aliased query": (queries._ALIASED.fullmatch, ("(a)\t", "(a) as", ")")),
    "percent": (lambda text: text_formats._PERCENT.sub("", text), ("%0", "%(", "%(a", "%1.1")),
    "percent literal": (lambda text: literals._PERCENT.sub("", text), ("%0", "%(", "%1.1")),
    "format of Scala": (lambda text: lexer._FORMAT.sub("", text), ("%0", "%1.1")),
    "braces of Scala": (lambda text: lexer._BRACES.sub("", text), ('"\\', '"""', '""" ')),
    "pairs of a DSN": (script_databases._PAIR.findall, ("a", "a ", "a=", "a={")),
    "statements of DuckDB": (
        lambda text: connections._NO_DATA.sub("", text),
        ("SET ", ";SET '", ";SET \"'", "; ", "CREATE ", "';SET "),
    ),
    "ATTACH of DuckDB": (
        lambda text: databases._ATTACH.match(f"ATTACH {text}"),
        ("'", "DATABASE ", "'a' AS ", " ", "'a' "),
    ),
    "USE of DuckDB": (lambda text: databases._USE.match(f"USE a{text}b"), (" ", ";", "a")),
    "options of DuckDB": (databases._OPTION.findall, ("a", "a ", " ", "a '")),
    "scans of DuckDB": (
        lambda text: databases._SCAN.sub("", text),
        ("mysql_scan(", "mysql_scan('", "mysql_scan('a', ", " ", "postgres_"),
    ),
    "comments of DuckDB": (duckdb_queries.remove_comments, ("'", "\"'", "--", "/*", "'\"/*")),
    "parameters of DuckDB": (duckdb_queries._PARAMETER.findall, ("'\"", "$a", "?", "\"'")),
    "Python 2": (repair.repair_script, ("except", "except\t,", '"\\', "`", "print ", "<a ")),
    "%%configure": (lambda text: cells._find_closing_brace(text, 0), ('"\\', '{"\\', '"a')),
    "a pointer": (file_kinds._TEXTS[1][0].match, ("annex/objects/", "annex/objects/ ", "/")),
    "sink": (sink_url.redact_sink_url, ("?", "?key", "+:/", "a:/", "&token", "://:")),
}


@pytest.mark.parametrize(
    ("name", "piece"), [(name, piece) for name, (_, pieces) in TAKERS.items() for piece in pieces]
)
def test_what_else_meets_text_from_outside_takes_linear_time(name: str, piece: str) -> None:
    """Where it did not, this took minutes."""
    take, _ = TAKERS[name]
    for text in (repeated(piece)[:LONG], piece + repeated(piece[-1])[:LONG] + "\x01"):
        take(text)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("a://h/p?x=1&api_key=s", "a://h/p?x=1&api_key=***"),
        ("a://h/p?token=s?t&x=1", "a://h/p?token=***&x=1"),
        ("a://h/p?q?token=s", "a://h/p?q?token=***"),
        ("a://h/p?token?q=s=t", "a://h/p?token?q=***"),
        ("a://h/token=s", "a://h/token=s"),
        ("a:b&secret=s", "a:b&secret=***"),
        ("a://u:p@q/r?s@h/x", "a://u:***@h/x"),
    ],
)
def test_the_secrets_of_a_sink_stay_hidden(url: str, shown: str) -> None:
    assert sink_url.redact_sink_url(url) == shown
