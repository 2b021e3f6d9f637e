"""Filters of a source and of a request together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glueline.contract.errors import UsageError
from glueline.contract.filters import Filters, Globs
from glueline.contract.messages import DatabaseScope, ExtractionRequest, JobScope, TableScope
from glueline.settings.sources import Source
from glueline_worker.execution.source_filters import ensure_in_filters, narrow_request

GLOBS = st.lists(st.text("ab*?", min_size=1, max_size=3), max_size=2)
BOTH = st.builds(lambda a, d: Globs(allow=tuple(a), deny=tuple(d)), GLOBS, GLOBS)


@given(BOTH, BOTH, st.text("ab", min_size=1, max_size=3))
def test_a_name_is_admitted_by_both_or_not_at_all(inner: Globs, outer: Globs, name: str) -> None:
    both = inner.restrict_to(outer)
    assert both.admits(name) == (inner.admits(name) and outer.admits(name))
    if both.exact_names is not None:
        assert (name in both.exact_names) == both.admits(name)


def source(**filters: object) -> Filters:
    return Source.model_validate({"filters": filters}).filters


def test_a_request_narrows_its_source_and_cannot_widen_it() -> None:
    request = ExtractionRequest.model_validate(
        {"source": "a", "filters": {"databases": {"allow": ["*_eu", "hr"]}}}
    )
    filters = narrow_request(request, source(databases={"allow": ["sales*"]})).filters
    assert [n for n in ("sales_eu", "sales_us", "hr", "hr_eu") if filters.databases.admits(n)] == [
        "sales_eu"
    ]


@pytest.mark.parametrize(
    "scope",
    [DatabaseScope(name="hr"), JobScope(name="hr"), TableScope(database="hr", name="hr")],
)
def test_what_the_source_leaves_out_cannot_be_asked_for_by_name(scope) -> None:
    filters = source(databases={"deny": ["hr"]}, jobs={"deny": ["h*"]})
    with pytest.raises(UsageError, match=f"'a' leaves out the {scope.kind} 'hr'"):
        ensure_in_filters(ExtractionRequest(source="a", scope=scope), filters)
    ensure_in_filters(ExtractionRequest(source="default", scope=scope), Filters())


def test_a_table_is_admitted_by_the_filters_of_databases_and_tables_not_by_those_of_jobs() -> None:
    filters = source(tables={"deny": ["tmp_*"]}, jobs={"deny": ["*"]})
    wanted = TableScope(database="hr", name="staff")
    ensure_in_filters(ExtractionRequest(source="a", scope=wanted), filters)
    unwanted = ExtractionRequest(source="a", scope=TableScope(database="hr", name="tmp_1"))
    with pytest.raises(UsageError, match="leaves out the table 'tmp_1'"):
        ensure_in_filters(unwanted, filters)
