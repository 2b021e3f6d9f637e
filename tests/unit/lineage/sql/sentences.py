"""Statements of the SQL reader as one line of words each, for the tests."""

from pathlib import Path

from glueline_worker.lineage.sql import read_sql

HERE = Path(__file__).parent

SCHEMAS = {
    "shop/orders": ("id", "customer_id", "total"),
    "shop/customers": ("id", "name"),
    "shop/copy": ("key", "label"),
    "shop/daily": ("customer_id", "total", "day"),
}


def cases():
    """Yield SQL, its dialect and the expected lines, from the texts beside this file."""
    for path in sorted(HERE.glob("*.txt")):
        for block in path.read_text().strip().split("\n\n"):
            lines = block.split("\n")
            dialect = lines.pop(0).removeprefix("-- ") if lines[0].startswith("-- ") else "spark"
            expected = [line.removeprefix("= ") for line in lines if line.startswith("= ")]
            yield "\n".join(line for line in lines if line[:2] != "= "), dialect, expected


def describe_sql(sql, dialect="spark"):
    """``insert shop.copy <- shop.orders: key=shop.orders.id``, then the warnings."""
    reading = read_sql(sql, dialect=dialect, schemas=SCHEMAS)
    return [*map(_statement, reading.statements), *(f"! {text}" for text in reading.warnings)]


def _statement(statement):
    writes = [*map(_dotted, filter(None, [statement.write])), *statement.path_writes]
    if statement.view:
        writes.append(f"session {_dotted(statement.view)}")
    reads = [*map(_dotted, statement.reads), *statement.path_reads]
    words = [
        statement.kind,
        " + ".join([*writes, *map(_dotted, filter(None, [statement.database]))]),
    ]
    if reads:
        words.append("<- " + ", ".join(reads))
    columns = [
        f"{name}={' '.join(f'{_dotted(table)}.{column}' for table, column in sources)}"
        for name, sources in statement.columns.items()
    ]
    columns += [f"*={_dotted(table)}" for table in statement.rest]
    columns += [f"-{name}" for name in statement.dropped]
    found = " ".join(filter(None, words))
    return f"{found}: {'; '.join(columns)}" if columns else found


def _dotted(name):
    return ".".join(name)
