"""Changes in groups, and what is asked for in the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glueline.contract.changes import Batch, Change, admits, database_listing_filters
from glueline.contract.filters import Filters
from glueline.contract.messages import (
    CatalogScope,
    DatabaseScope,
    JobScope,
    Options,
    Scope,
    TableScope,
)

OPTIONS = Options(partitions="count")


@pytest.mark.parametrize(
    ("scope", "group", "mark"),
    [
        (TableScope(database="a/b", name="t"), "s/database/a%2Fb", ("name", "t")),
        (DatabaseScope(name="a/b"), "s/database/a%2Fb", ("whole", "")),
        (JobScope(name="load"), "s/jobs", ("name", "load")),
    ],
)
def test_a_change_belongs_to_a_group(scope: Scope, group: str, mark: tuple[str, str]):
    change = Change(source="s", scope=scope)
    assert (change.group, change.mark) == (group, mark)


@pytest.mark.parametrize(
    ("batch", "scopes"),
    [
        (
            Batch(group="s/database/a%2Fb", batch="1", names=("y", "x")),
            [TableScope(database="a/b", name="x"), TableScope(database="a/b", name="y")],
        ),
        (Batch(group="s/database/d", batch="1", is_whole=True), [DatabaseScope(name="d")]),
        (Batch(group="s/jobs", batch="1", names=("j",)), [JobScope(name="j")]),
        (Batch(group="s/jobs", batch="1", is_whole=True), [CatalogScope(include=("jobs",))]),
        (
            Batch(group="s/database/d", batch="1", names=("x",), is_gone=True),
            [CatalogScope(include=("databases",))],
        ),
    ],
)
def test_a_batch_asks_for_the_smallest_scopes_that_hold_it(batch: Batch, scopes: list[Scope]):
    found = batch.requests(OPTIONS)
    assert [request.scope for request in found] == scopes
    assert {request.source for request in found} == {"s"}
    assert all(request.options.partitions == "count" for request in found)
    assert [request.idempotency_key for request in found] == [
        f"change/1/{number}" for number in range(len(scopes))
    ]
    assert batch.requests(OPTIONS) == found


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs"]), min_size=1, max_size=9)
    | st.text("a*?[]!-^", min_size=1, max_size=6),
    st.text("ab*?[]!-", max_size=4),
)
def test_a_listing_for_one_database_is_about_it_alone(name: str, more: str):
    filters = database_listing_filters(name)
    assert filters is not None
    assert filters.databases.exact_names is None
    assert filters.databases.admits(name)
    if more:
        assert not filters.databases.admits(name + more)
        assert filters.databases.admits(more) == (more.lower() == name.lower())


def test_a_name_too_long_for_a_glob_is_read_by_its_name():
    (request,) = Batch(group=f"s/database/{'d' * 255}", batch="1", is_gone=True).requests(OPTIONS)
    assert request.scope == DatabaseScope(name="d" * 255)


@pytest.mark.parametrize(
    ("scope", "is_admitted"),
    [
        (DatabaseScope(name="hr"), False),
        (DatabaseScope(name="sales"), True),
        (TableScope(database="hr", name="t"), False),
        (TableScope(database="sales", name="t"), True),
        (TableScope(database="sales", name="tmp_1"), False),
        (JobScope(name="hr"), True),
        (JobScope(name="old"), False),
        (CatalogScope(), True),
    ],
)
def test_filters_admit_a_table_with_its_database(scope: Scope, is_admitted: bool):  # noqa: FBT001
    filters = Filters.model_validate(
        {
            "databases": {"deny": ["hr"]},
            "tables": {"deny": ["tmp_*"]},
            "jobs": {"deny": ["old"]},
        }
    )
    assert admits(filters, scope) is is_admitted
