"""Catalogues of odd tables: answers of Glue in which some values are odd or missing."""

import copy
import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.unit.catalog import answers

from glueline_simulator.errors import AwsError
from glueline_simulator.glue.validation import check_shape, load_service_model

_SPARK_TABLES = Path(answers.__file__).with_name("data") / "spark_tables.jsonl"
_MOST_CHANGES = 3
_GONE = 0.2
"""The chance that a field is left out."""
_DATABASE = 500
"""Tables of a database."""
_TEXTS = (
    "", " ", "-1", "true", "NaN", "null", "[]", "{}", "é", "a\u0000b", "日本", "A.b/c%d=e",
    "x" * 3000, "array<", "ARRAY<INT>", "struct<a:int,b:map<string,array<decimal(10,2)>>>",
    "decimal( 12 , 3 )", "char(3)", "uniontype<int,string>", "timestamp with time zone", "s3://",
    "s3a://lake/a b/", "S3://Lake/x", "jdbc:x://a:b@c", "hdfs://h:8020/x", "arn:aws:s3:::lake/x",
    "password=hunter2", "2024-01-01T00:00:00Z", '{"type":"struct","fields":[]}', "VIRTUAL_VIEW",
    "ICEBERG", "delta",
)  # fmt: skip
_NUMBERS = (0, 1, -1, 7, 2_147_483_647)


def make_catalogue(seed: int, tables: int) -> dict[str, Any]:
    """Return a catalogue for the simulator; the same for the same seed."""
    chance = random.Random(seed)
    databases: dict[str, Any] = {}
    for number in range(tables):
        database = databases.setdefault(f"odd_{number // _DATABASE}", {"tables": {}})
        database["tables"][f"t{number}"] = {"raw": _make_odd(chance)}
    return {"databases": databases}


def _make_odd(chance: random.Random) -> dict[str, Any]:
    answer = copy.deepcopy(chance.choice(_read_valid_answers()))
    # The simulator lists tables by the names that it gives them.
    for field in ("Name", "DatabaseName"):
        answer.pop(field, None)
    for _ in range(chance.randint(0, _MOST_CHANGES)):
        changed = copy.deepcopy(answer)
        _change(changed, chance)
        answer = changed if _is_possible(changed) else answer
    return answer


def _is_possible(table: dict[str, Any]) -> bool:
    """Tell whether AWS may answer so: the simulator refuses what its model forbids."""
    try:
        check_shape(load_service_model().shape_for("Table"), {**table, "Name": "t"}, "")
    except AwsError:
        return False
    return True


def _change(answer: dict[str, Any], chance: random.Random) -> None:
    """Change one value; it keeps its type, as AWS answers hold what their model says."""
    holder, key = chance.choice(list(_list_places(answer)))
    match holder[key]:
        case _ if isinstance(holder, dict) and chance.random() < _GONE:
            del holder[key]
        case str(text):
            holder[key] = _change_text(text, chance)
        case list(items):
            holder[key] = chance.choice([[], items * 2, items[::-1], [*items, None]])
        case dict(fields):
            holder[key] = {} if chance.random() < _GONE else dict(reversed(fields.items()))
        case bool(flag):
            holder[key] = not flag
        case int():
            holder[key] = chance.choice(_NUMBERS)


def _change_text(text: str, chance: random.Random) -> str:
    cut, other = chance.randint(0, len(text)), chance.choice(_TEXTS)
    return chance.choice([other, text[:cut] + other + text[cut:], text.swapcase(), text[:cut]])


def _list_places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield all containers within a value, each with each of its keys."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _list_places(value[key])


@cache
def _read_valid_answers() -> list[dict[str, Any]]:
    """Return tables as Spark left them in a catalogue, and others with each part of an answer."""
    view = {"originalSql": "SELECT a FROM d.t", "catalog": "awsdatacatalog", "schema": "d"}
    columns = [{"name": "a", "type": "bigint"}]
    presto = answers.presto_view(**view, columns=columns)
    link = {"CatalogId": "210987654321", "DatabaseName": "d", "Name": "n", "Region": "eu-west-1"}
    own = [
        answers.table(),
        answers.table(answers.column("id", "int", Comment="c", Parameters={"a": "b"})),
        answers.table(TargetTable=link),
        answers.table(answers.column("a"), TableType="VIRTUAL_VIEW", ViewOriginalText=presto),
        answers.table(FederatedTable={"Identifier": "i", "ConnectionName": "c"}),
    ]
    of_spark = [json.loads(line)["answer"] for line in _SPARK_TABLES.read_text().splitlines()]
    return [*own, *of_spark]
