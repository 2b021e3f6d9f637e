"""Columns of SQL statements in short, for the tests."""

from glueline_worker.lineage.sql import read_sql

LAB = {
    "lab/orders": ("order_id", "customer_id", "status", "amount", "region", "items", "ship"),
    "lab/orders/items": ("sku", "qty"),
    "lab/orders/ship": ("city", "geo"),
    "lab/orders/ship/geo": ("lat", "lon"),
    "lab/customers": ("customer_id", "name", "region"),
    "lab2/customers": ("customer_id", "nick"),
    "lab/flat": ("a", "b", "c"),
    "lab/flat2": ("c", "b", "a"),
    "lab/quarterly": ("id", "q1", "q2", "q3", "q4"),
    "lab/fx": ("currency", "rate"),
    "lab/parts": ("id", "note", "day", "country"),
}


def read_columns(sql, dialect="spark", schemas=LAB):
    """``{"x": "flat.a flat.b"}`` of the last statement that has columns."""
    statements = read_sql(sql, dialect=dialect, schemas=schemas).statements
    found = next((one.columns for one in reversed(statements) if one.columns), {})
    return {
        name: " ".join(f"{table[-1]}.{column}" for table, column in sources)
        for name, sources in found.items()
    }


def read_ways(sql, dialect="spark"):
    """``{"x": {"flat.a": "aggregation"}}``."""
    (statement,) = read_sql(sql, dialect=dialect, schemas=LAB).statements
    return {
        name: {
            f"{source[0][-1]}.{source[1]}": statement.transformations.get(
                (name, source), "identity"
            )
            for source in sources
        }
        for name, sources in statement.columns.items()
    }


def read_indirect(sql, dialect="spark"):
    """``{"flat.a filter", "flat.b window x"}``."""
    (statement,) = read_sql(sql, dialect=dialect, schemas=LAB).statements
    return {
        " ".join(filter(None, (f"{table[-1]}.{name}", effect, column)))
        for (table, name), effect, column in statement.indirect
    }
