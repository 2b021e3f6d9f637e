"""Records as JSON text: what the faster writer gives is what pydantic gives."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.sinks.samples import ONE_OF_EACH, job, table

from glueline.contract.records import Record
from glueline_worker.sinks.json_text import to_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@pytest.mark.parametrize("record", ONE_OF_EACH, ids=lambda record: record.kind)
def test_every_kind_has_the_text_of_its_model(record: Record) -> None:
    assert to_json(record) == (record, record.model_dump_json().encode())


@given(
    text=st.text(),
    parameters=st.dictionaries(st.text(), st.text(), max_size=3),
    raw=st.dictionaries(st.text(), VALUES, max_size=3),
    time=st.datetimes(timezones=st.just(UTC)),
    retention=st.none() | st.integers(),
)
def test_any_text_number_and_time_is_written_alike(
    text: str, parameters: dict[str, str], raw: object, time: datetime, retention: int | None
) -> None:
    fields = {"parameters": parameters, "raw": raw, "update_time": time, "retention": retention}
    record = table("orders", description=text, **fields)
    written = to_json(record)[1]
    assert type(record).model_validate_json(written) == record
    if all(_is_simple(number) for number in _numbers(raw)):
        assert written == record.model_dump_json().encode()


def test_a_number_that_only_pydantic_can_write_is_written() -> None:
    record = table("orders", raw={"big": 2**70})
    assert to_json(record) == (record, record.model_dump_json().encode())


def test_a_fraction_is_written() -> None:
    assert b'"max_capacity":0.0625' in to_json(job("load", max_capacity=0.0625))[1]


def _numbers(value: object) -> list[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for item in value for number in _numbers(item)]
    return [value] if isinstance(value, float) else []


def _is_simple(number: float) -> bool:
    """Very large and very small numbers have several right spellings."""
    return number == 0 or 1e-4 < abs(number) < 1e15
