"""Every statement in the texts beside this file says what stands under it."""

import pytest
from tests.unit.lineage.sql.words import cases, said


@pytest.mark.parametrize(
    ("sql", "dialect", "expected"),
    [pytest.param(*case, id=f"{case[1]}-{case[0][:60]}") for case in cases()],
)
def test_statement_is_understood(sql, dialect, expected):
    assert said(sql, dialect) == expected
