"""A plain table's record, made from slices of its JSON, is the one of the decoded answer."""

import json

from hypothesis import given, settings
from msgspec import Raw
from tests.support.examples import examples
from tests.unit.catalog.answers import ORIGIN, column, table
from tests.unit.catalog.test_odd_answers import altered

from glueline.contract.structs import encode_json
from glueline_worker.catalog.listed import ListedTable
from glueline_worker.catalog.plain_tables import make_plain_record
from glueline_worker.catalog.tables import make_table_record
from glueline_worker.sinks.json_text import encode_record

PLAIN = table(
    column("id", "int", Comment="key"),
    column("tags", "array<string>"),
    Name="orders",
    Parameters={"numRows": "12", "comment": "token: abcdefgh", "classification": "csv"},
    CreateTime=1735689600.123,
    Retention=0,
    StorageDescriptor={
        "Columns": [column("id", "int"), column("tags", "array<string>")],
        "Location": "s3://b/orders/",
        "SerdeInfo": {"SerializationLibrary": "x.Serde", "Parameters": {"field.delim": ","}},
    },
)


def read_both(answer):
    listed = ListedTable(Raw(json.dumps(answer).encode()))
    plain = make_plain_record(listed, ORIGIN, database_name="sales")
    return plain, make_table_record(listed.decode(), ORIGIN, database_name="sales")


def test_a_plain_table_is_read_without_decoding() -> None:
    plain, whole = read_both(PLAIN)
    assert plain == whole
    assert encode_record(plain) == encode_json(whole)


@settings(max_examples=examples(300))
@given(altered([PLAIN]))
def test_any_value_at_any_place_gives_the_same_record_or_none(answer) -> None:
    try:
        plain, whole = read_both(answer)
    except ValueError:
        return  # JSON that nobody reads
    assert plain in (None, whole)
