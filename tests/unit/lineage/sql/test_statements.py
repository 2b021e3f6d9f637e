"""Every statement in the texts beside this file says what stands under it."""

import pytest
from tests.unit.lineage.sql.sentences import cases, describe_sql


@pytest.mark.parametrize(
    ("sql", "dialect", "expected"),
    [pytest.param(*case, id=f"{case[1]}-{case[0][:60]}") for case in cases()],
)
def test_statement_is_understood(sql, dialect, expected):
    assert describe_sql(sql, dialect) == expected
