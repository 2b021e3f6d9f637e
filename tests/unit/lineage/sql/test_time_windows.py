"""Windows of time: what GROUP BY window(…) makes is a column."""

import pytest
from tests.unit.lineage.sql.columns import read_columns, read_indirect

from glueline_worker.lineage.sql import read_sql

CASES = {
    "SELECT window.start AS s, count(*) AS n FROM lab.parts GROUP BY window(day, '1 hour')": {
        "s": "parts.day",
        "n": "",
    },
    "SELECT note, window.end AS e FROM lab.parts GROUP BY note, WINDOW (day, '1 hour', '5 minutes')": {
        "note": "parts.note",
        "e": "parts.day",
    },
    "SELECT window, max(id) AS m FROM lab.parts GROUP BY window(day, '1 hour') HAVING m > 1": {
        "window": "parts.day",
        "m": "parts.id",
    },
    "SELECT window.* FROM lab.parts GROUP BY window(day, '1 hour')": {
        "start": "parts.day",
        "end": "parts.day",
    },
    "SELECT window_time(window) AS t FROM lab.parts GROUP BY window(day, '1 hour')": {
        "t": "parts.day"
    },
    "SELECT session_window.start AS s FROM lab.parts GROUP BY session_window(day, '5 minutes'), id": {
        "s": "parts.day"
    },
    "SELECT w.start AS s FROM (SELECT window(day, '1 hour') AS w FROM lab.parts)": {
        "s": "parts.day"
    },
    "SELECT w.start AS s FROM (SELECT window AS w FROM lab.parts GROUP BY window(day, '1 hour'))": {
        "s": "parts.day"
    },
    "SELECT window(day, '1 hour') FROM lab.parts": {"window": "parts.day"},
    "SELECT window.start AS s FROM db.unknown GROUP BY window(ts, '1 hour')": {"s": "unknown.ts"},
    "SELECT * FROM (SELECT id, window FROM lab.parts GROUP BY id, window(day, '1 hour'))": {
        "id": "parts.id",
        "window": "parts.day",
    },
}


@pytest.mark.parametrize(("sql", "expected"), CASES.items())
def test_window_of_time(sql, expected):
    assert read_columns(sql) == expected
    assert read_sql(sql).warnings == ()


def test_the_time_of_a_window_groups():
    sql = "SELECT count(*) AS n FROM lab.parts GROUP BY window(day, '1 hour')"
    assert read_indirect(sql) == {"parts.day group_by"}


def test_a_named_window_is_another_thing():
    sql = "SELECT sum(id) OVER w AS s FROM lab.parts WINDOW w AS (PARTITION BY note ORDER BY day)"
    assert read_columns(sql) == {"s": "parts.id"}
