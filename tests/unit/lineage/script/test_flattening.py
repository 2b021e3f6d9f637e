"""Functions that flatten structs and arrays: by recursion, in loops, by the types of columns."""

import pytest

from glueline_worker.catalog.columns import make_column
from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.schemas import join_schemas, make_table_schema
from glueline_worker.lineage.script import read_script

TYPES = {
    "id": "int",
    "who": "struct<mail:string,home:struct<city:string,at:struct<x:int,y:int>>>",
    "lines": "array<struct<sku:string,qty:int>>",
    "tags": "array<string>",
    "props": "map<string,string>",
}
SCHEMAS = join_schemas({"db/t": make_table_schema(make_column(*each) for each in TYPES.items())})
START = """\
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, MapType, StructType
t = spark.table("db.t")
"""
STRUCTS = "who_mail<-who who_home_city<-who who_home_at_x<-who who_home_at_y<-who"
REST = "id<-id tags<-tags props<-props"
FLAT = set(f"{STRUCTS} {REST} lines<-lines".split())
DEEP = set(f"{STRUCTS} {REST} lines_sku<-lines lines_qty<-lines".split())


def read(text, schemas=SCHEMAS):
    context = LineageContext(schemas=schemas)
    lineage = collapse(read_script(START + text, context), context)
    return {f"{each.downstream}<-{each.upstream}" for e in lineage.edges for each in e.columns}


RECURSIONS = {
    "fields of a schema": """
def names(schema, before=None):
    found = []
    for field in schema.fields:
        path = f"{before}.{field.name}" if before else field.name
        if isinstance(field.dataType, StructType):
            found += names(field.dataType, path)
        else:
            found.append(F.col(path).alias(path.replace(".", "_")))
    return found
t.select(names(t.schema)).write.saveAsTable("db.z")
""",
    "names of types": """
def names(kind, before=""):
    found = []
    for field in kind:
        path = before + field.name
        if field.dataType.typeName() == "struct":
            found.extend(names(field.dataType, before=path + "."))
        else:
            found.append(F.col(path).alias(path.replace(".", "_")))
    return found
t.select(*names(t.schema)).write.saveAsTable("db.z")
""",
    "frames": """
def flatten(df):
    nested = [f.name for f in df.schema.fields if isinstance(f.dataType, StructType)]
    if not nested:
        return df
    first = nested[0]
    inner = [F.col(f"{first}.{n}").alias(f"{first}_{n}") for n in df.select(first + ".*").columns]
    return flatten(df.select("*", *inner).drop(first))
flatten(t).write.saveAsTable("db.z")
""",
    "a stack": """
stack, found = [((), t)], []
while len(stack) > 0:
    above, df = stack.pop()
    found += [F.col(".".join(above + (n,))).alias("_".join(above + (n,)))
              for n, kind in df.dtypes if kind[:6] != "struct"]
    for n in [n for n, kind in df.dtypes if kind[:6] == "struct"]:
        stack.append((above + (n,), df.select(n + ".*")))
t.select(found).write.saveAsTable("db.z")
""",
}


@pytest.mark.parametrize("way", RECURSIONS)
def test_structs_in_structs_are_flattened_to_their_end(way):
    assert read(RECURSIONS[way]) == FLAT


LOOP = """
def nested(df):
    return {f.name: f.dataType for f in df.schema.fields if IS_ARRAY or IS_STRUCT}
def flatten(df):
    left = nested(df)
    while LEFT:
        name = list(left.keys())[0]
        kind = left[name]
        if STRUCT:
            inner = [F.col(name + "." + n).alias(name + "_" + n) for n in [f.name for f in kind]]
            df = df.select("*", *inner).drop(name)
        elif ARRAY:
            df = df.withColumn(name, F.explode_outer(name))
        left = nested(df)
    return df
flatten(t).write.saveAsTable("db.z")
"""
TESTS = {
    "isinstance": "isinstance({0}, {1})",
    "type": "type({0}) == {1}",
    "is": "type({0}) is {1}",
    "among": "type({0}) in ({1},)",
    "named": "type({0}).__name__ == '{1}'",
}


@pytest.mark.parametrize("left", ["left", "len(left) != 0"])
@pytest.mark.parametrize("way", TESTS)
def test_a_loop_takes_apart_structs_and_arrays_until_none_is_left(way, left):
    test = TESTS[way]
    words = {
        "IS_ARRAY": test.format("f.dataType", "ArrayType"),
        "IS_STRUCT": test.format("f.dataType", "StructType"),
        "STRUCT": test.format("kind", "StructType"),
        "ARRAY": test.format("kind", "ArrayType"),
        "LEFT": left,
    }
    text = LOOP
    for word, code in words.items():
        text = text.replace(word, code)

    assert read(text) == DEEP


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("isinstance(f.dataType, ArrayType)", "lines tags"),
        ("isinstance(f.dataType, MapType)", "props"),
        ("isinstance(f.dataType, (MapType, StructType))", "who props"),
        ("not isinstance(f.dataType, (ArrayType, MapType, StructType))", "id"),
        ("f.dataType.simpleString().startswith('array')", "lines tags"),
        ("f.dataType.typeName() in ('array', 'map')", "lines tags props"),
        ("f.dataType.typeName() not in ('array', 'map', 'struct')", "id"),
        ("f.dataType.simpleString() == 'array<string>'", ""),  # only a run knows the items
        ("isinstance(f.dataType, StringType)", ""),  # and which of the plain types it is
    ],
)
def test_columns_are_chosen_by_the_types_that_schemas_tell(test, expected):
    text = f't.select([f.name for f in t.schema.fields if {test}]).write.saveAsTable("db.z")'

    assert read(text) == {f"{name}<-{name}" for name in expected.split()}


@pytest.mark.parametrize(
    "test", ["isinstance(f.dataType, ArrayType)", "type(f.dataType) != ArrayType"]
)
def test_schemas_of_names_alone_tell_no_type(test):
    text = f't.select([f.name for f in t.schema.fields if {test}]).write.saveAsTable("db.z")'

    assert read(text, {"db/t": tuple(TYPES)}) == set()


def test_an_exploded_array_has_the_type_of_its_items():
    text = """
e = t.select("id", F.explode("lines").alias("line"))
kinds = {f.name: isinstance(f.dataType, StructType) for f in e.schema.fields}
for name in [n for n in kinds if kinds[n]]:
    e = e.select("*", name + ".*").drop(name)
e.write.saveAsTable("db.z")
"""
    assert read(text) == {"id<-id", "sku<-lines", "qty<-lines"}


def test_the_fields_of_a_star_keep_their_own_fields():
    assert read('t.select("who.*").select("home.*").select("at.*").write.saveAsTable("db.z")') == {
        "x<-who",
        "y<-who",
    }


def test_a_helper_that_may_call_itself_is_followed_for_a_few_turns():
    text = """
def again(df, n):
    if unknown(n):
        return df
    return again(df.withColumn("x", F.upper("id")), n)
again(t.select("id"), 3).write.saveAsTable("db.z")
"""
    assert read(text) == {"id<-id", "x<-id"}
