"""Read bare expressions, as DataFrames take them: ``F.expr("a + b")``, ``selectExpr("a AS b")``."""

from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace
from sqlglot import exp

from glueline.contract.lineage import Effect, Transformation
from glueline_worker.lineage.sql.bounds import is_too_deep
from glueline_worker.lineage.sql.lexer import SqlToken, lex_sql
from glueline_worker.lineage.sql.parse import find_dialect, parse_statement
from glueline_worker.lineage.sql.placeholders import Placeholders
from glueline_worker.lineage.sql.projection_texts import ProjectionTexts
from glueline_worker.lineage.sql.query.expressions import read_value
from glueline_worker.lineage.sql.query.generators import is_generator, read_generator
from glueline_worker.lineage.sql.query.relation import Field
from glueline_worker.lineage.sql.query.scope import QueryScope
from glueline_worker.lineage.sql.query.select import READERS
from glueline_worker.lineage.sql.query.walk import QueryWalk
from glueline_worker.lineage.transformations import TRANSFORMATIONS

_MAX_TEXT = 50_000


class SqlExpression(Struct, frozen=True):
    """One expression, read without knowing the table whose columns it names."""

    name: str | None
    """The alias, or the name that Spark gives; None if that is not known."""
    names: tuple[str, ...] = ()
    """The columns of a generator that makes several, or whose columns are not called ``name``."""
    sources: tuple[str, ...] = ()
    """The columns whose values it takes, with dots as written: ``a``, ``t.a``, ``a.field``."""
    ways: tuple[Transformation, ...] = ()
    """What happens to the values of each of ``sources``."""
    indirect: tuple[tuple[str, Effect], ...] = ()
    """The columns that only decide about its value."""
    parts: tuple[tuple[str, ...], ...] = ()
    """The sources of each of ``names``, where a generator does not make all of the same."""
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The fields of a struct that it builds, each with its sources."""
    is_star: bool = False
    """It is ``*`` or ``t.*``; ``sources`` then has what stands before the star."""
    is_known: bool = True
    """All of it was understood, and no part is known only at run time."""


_UNKNOWN = (SqlExpression(None, is_known=False),)


@lru_cache(maxsize=4_000)
def read_expressions(text: str, dialect: str = "spark") -> tuple[SqlExpression, ...]:
    """Read one expression, or several with commas between them. Never raises.

    A text that is not understood is one expression that is not known.
    """
    try:
        return _read(text, find_dialect(dialect))
    except Exception:  # noqa: BLE001 - a tree of a shape not seen so far
        return _UNKNOWN


def _read(text: str, dialect: str) -> tuple[SqlExpression, ...]:
    tokens = list(lex_sql(text, dialect)) if len(text) <= _MAX_TEXT else []
    if not tokens or is_too_deep(tokens):
        return _UNKNOWN
    placeholders = Placeholders(tokens)
    sql = "SELECT" + _with_blank(placeholders.fill(), tokens)
    tree = parse_statement(sql, dialect)
    if not isinstance(tree, exp.Select) or tree.args.get("from_") is not None:
        return _UNKNOWN
    walk = QueryWalk(
        placeholders,
        {},
        READERS,
        dialect=dialect,
        texts=ProjectionTexts(sql),
        is_open=True,
    )
    return tuple(_read_one(walk, node, dialect) for node in tree.expressions) or _UNKNOWN


def _with_blank(text: str, tokens: Sequence[SqlToken]) -> str:
    return text if tokens and text.startswith(" ") else f" {text}"


def _read_one(walk: QueryWalk, node: exp.Expr, dialect: str) -> SqlExpression:
    if node.is_star and isinstance(node, exp.Star | exp.Column | exp.Dot):
        before = "" if isinstance(node, exp.Star) else ".".join(p.name for p in node.parts[:-1])
        is_plain = not isinstance(node, exp.Star) or not any(node.args.values())
        return SqlExpression(
            None, sources=(before,) if before else (), is_star=True, is_known=is_plain
        )
    scope = QueryScope({})
    inner = node.this if isinstance(node, exp.Alias | exp.Aliases) else node
    if is_generator(inner):
        return _read_generator(walk, node, inner, scope)
    found = read_value(walk, node, scope)
    if isinstance(node, exp.Aliases):
        names = tuple(walk.placeholders.restore(item.name) for item in node.expressions)
        return _describe(walk, node, found, None, names)
    return _describe(walk, node, found, _find_name(walk, node, dialect), ())


def _read_generator(
    walk: QueryWalk, node: exp.Expr, inner: exp.Expr, scope: QueryScope
) -> SqlExpression:
    aliases = [item.name for item in node.expressions] if isinstance(node, exp.Aliases) else []
    if isinstance(node, exp.Alias):
        aliases = [node.alias]
    relation = read_generator(walk, inner, scope, list(map(walk.placeholders.restore, aliases)))
    names = tuple(item.name for item in relation.fields)
    found = read_value(walk, inner, scope)
    described = _describe(walk, node, found, names[0] if len(names) == 1 else None, names)
    parts = tuple(tuple(column for _, column in item.sources or ()) for item in relation.fields)
    described = replace(described, parts=parts)
    return described if relation.exact else replace(described, is_known=False)


def _never(_: str) -> bool:
    return False


def _find_name(walk: QueryWalk, node: exp.Expr, dialect: str) -> str | None:
    placeholders = walk.placeholders
    if isinstance(node, exp.Alias | exp.Column):
        name = node.alias_or_name
        return None if placeholders.is_placeholder(name) else placeholders.restore(name)
    if dialect != "spark":
        return node.output_name or None
    name = walk.name_projection(node, _never, _never) or node.output_name
    return placeholders.restore(name) if name else None


def _describe(
    walk: QueryWalk, node: exp.Expr, found: Field, name: str | None, names: tuple[str, ...]
) -> SqlExpression:
    sources = found.sources or {}
    return SqlExpression(
        name,
        names,
        tuple(column for _, column in sources),
        tuple(TRANSFORMATIONS[way] for way in sources.values()),
        tuple((column, effect) for (_, column), effect in found.deciding),
        fields=tuple(
            (item.name, tuple(column for _, column in item.sources or ()))
            for item in found.fields or ()
        ),
        is_known=found.sources is not None
        and not _has_placeholder_column(walk, node)
        and not _has_star(node),
    )


def _has_star(node: exp.Expr) -> bool:
    """Tell whether an expression takes all columns, as ``struct(*)``; ``count(*)`` takes none."""
    return any(not isinstance(star.parent, exp.Count) for star in node.find_all(exp.Star))


def _has_placeholder_column(walk: QueryWalk, node: exp.Expr) -> bool:
    return walk.placeholders.has_any and any(
        walk.placeholders.is_placeholder(column.name) for column in node.find_all(exp.Column)
    )
