"""Records as JSON text: all fields in the order of the contract, and back again unchanged."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.sinks.samples import ONE_OF_EACH, job, table

from glueline.contract.records import Record, parse_record
from glueline_worker.sinks.json_text import to_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@pytest.mark.parametrize("record", ONE_OF_EACH, ids=lambda record: record.kind)
def test_every_kind_is_written_whole_with_its_kind_first(record: Record) -> None:
    same, document = to_json(record)
    assert same is record
    assert list(json.loads(document)) == ["kind", *type(record).__struct_fields__]
    assert parse_record(document) == record


@given(
    text=st.text(),
    parameters=st.dictionaries(st.text(), st.text(), max_size=3),
    raw=st.dictionaries(st.text(), VALUES, max_size=3),
    time=st.datetimes(timezones=st.just(UTC)),
    retention=st.none() | st.integers(),
)
def test_any_text_number_and_time_is_written(
    text: str, parameters: dict[str, str], raw: object, time: datetime, retention: int | None
) -> None:
    fields = {"parameters": parameters, "raw": raw, "update_time": time, "retention": retention}
    record = table("orders", description=text, **fields)
    assert parse_record(to_json(record)[1]) == record


class _OwnText(str):
    __slots__ = ()


def test_a_text_of_a_readers_own_class_is_written_as_a_text() -> None:
    record = table("orders", description=_OwnText("all"))
    assert to_json(record)[1] == to_json(table("orders", description="all"))[1]


def test_a_fraction_is_written() -> None:
    assert b'"max_capacity":0.0625' in to_json(job("load", max_capacity=0.0625))[1]
