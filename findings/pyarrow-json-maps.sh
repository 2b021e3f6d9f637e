#!/usr/bin/env bash
# What: pyarrow writes maps to Parquet and reads them, but no reader of JSON makes one: read_json
#   refuses a schema with a map, and a list of keys and values cannot be cast to a map.
# Versions: pyarrow 26.0.1.
# Why it matters: parameters of tables are objects with any keys. Without a schema, read_json makes
#   a struct with a field for each key that any line has, so that each table seems to have the
#   keys of all others, as nulls.
# Expected: a map, as Table.from_pylist makes of a list of pairs.
# Actual: "JSON conversion to map<string, string> is not supported" for objects and for lists of
#   keys and values alike; "Unsupported cast from list<…> to map".
# In Glueline: sinks/files/formats/arrow_rows.py makes maps of pairs.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --disable-pip-version-check --quiet install 'pyarrow==26.0.1'

cat > "$folder/maps.py" <<'PYTHON'
import io

import pyarrow as pa
import pyarrow.json

TEXTS = pa.map_(pa.string(), pa.string())
PAIRS = pa.list_(pa.struct([("key", pa.string()), ("value", pa.string())]))


def read(lines, kind=None):
    schema = pa.schema([("parameters", kind)]) if kind else None
    options = pyarrow.json.ParseOptions(explicit_schema=schema)
    try:
        return pyarrow.json.read_json(io.BytesIO(lines), parse_options=options)
    except pa.ArrowNotImplementedError as error:
        return str(error)


objects = b'{"parameters": {"owner": "finance"}}\n{"parameters": {"format": "csv"}}\n'
pairs = b'{"parameters": [{"key": "owner", "value": "finance"}]}\n'
refused = "JSON conversion to map<string, string> is not supported"
found = {
    "objects as a map": read(objects, TEXTS),
    "pairs as a map": read(pairs, TEXTS),
    "objects without a schema": read(objects).to_pylist(),
}
try:
    found["pairs cast to a map"] = read(pairs, PAIRS).column(0).cast(TEXTS)
except pa.ArrowNotImplementedError as error:
    found["pairs cast to a map"] = str(error)
for what, answer in found.items():
    print(f"{what}: {answer}")
made = pa.Table.from_pylist(
    [{"parameters": [("owner", "finance")]}], schema=pa.schema([("parameters", TEXTS)])
)
print("pairs by from_pylist:", made.to_pylist())
assert found["objects as a map"] == refused
assert found["pairs as a map"] == refused
assert str(found["pairs cast to a map"]).startswith("Unsupported cast from list<")
assert found["objects without a schema"] == [
    {"parameters": {"owner": "finance", "format": None}},
    {"parameters": {"owner": None, "format": "csv"}},
]
assert made.to_pylist() == [{"parameters": [("owner", "finance")]}]
PYTHON
"$folder/venv/bin/python" "$folder/maps.py"
