#!/usr/bin/env bash
# What: OpenLineage's SQL parser names columns of a result that it does not have, and takes the
#   key of the wrong side.
# Versions: openlineage-sql 1.54.0.
# Why it matters: integrations write these columns into lineage. A column that does not exist has
#   edges, and the one that does exist lacks some.
# Expected: the second branch of UNION ALL is part of the first branch's columns, by position.
#   RIGHT JOIN USING yields the right side's key, FULL JOIN USING the first of both that is there.
# Actual: UNION ALL yields a column of the second branch's name. RIGHT and FULL JOIN USING yield the
#   left side's key alone.
# In Glueline: truth/peers.py measures it beside us; `make truth` holds our own reader against Spark.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --disable-pip-version-check --quiet install 'openlineage-sql==1.54.0'

cat > "$folder/columns.py" <<'PYTHON'
import sys

from openlineage_sql import parse

EXPECTED_TODAY = {
    "SELECT x FROM a UNION ALL SELECT y FROM b": {"x": ["a.x"], "y": ["b.y"]},
    "SELECT k FROM a RIGHT JOIN b USING (k)": {"k": ["a.k"]},
    "SELECT k FROM a FULL JOIN b USING (k)": {"k": ["a.k"]},
}


def read(query):
    return {
        column.descendant.name: [f"{one.origin.qualified_name}.{one.name}" for one in column.lineage]
        for column in parse([query], "spark", None).column_lineage
    }


for query in EXPECTED_TODAY:
    print(f"{query}\n  {read(query)}")
is_same = all(read(query) == columns for query, columns in EXPECTED_TODAY.items())
sys.exit(0 if is_same else "The behaviour has changed.")
PYTHON
timeout 60 "$folder/venv/bin/python" "$folder/columns.py"
