"""Maps and arrays in frames: the columns that they are taken apart to."""

import pytest

from glueline_worker.catalog.columns import make_column
from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.schemas import join_schemas, make_table_schema
from glueline_worker.lineage.script import read_script

TYPES = {
    "id": "int",
    "texts": "map<string,string>",
    "shops": "map<string,struct<city:string,zip:string>>",
    "tags": "array<struct<key:string,value:string>>",
    "many": "array<map<string,int>>",
    "lines": "array<struct<sku:string,qty:int>>",
}
TYPED = join_schemas({"db/t": make_table_schema(make_column(*each) for each in TYPES.items())})
NAMES = {"db/t": tuple(TYPES), "db/t/lines": ("sku", "qty")}


def read(step, schemas):
    script = (
        "from pyspark.sql import functions as F\n"
        f't = spark.table("db.t")\n{step}.write.saveAsTable("db.z")\n'
    )
    context = LineageContext(schemas=schemas)
    lineage = collapse(read_script(script, context), context)
    return {f"{each.downstream}<-{each.upstream}" for e in lineage.edges for each in e.columns}


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ('t.select(F.explode("texts"))', "key<-texts value<-texts"),
        ('t.selectExpr("explode_outer(texts)")', "key<-texts value<-texts"),
        ('t.select(F.explode("texts").alias("k", "v")).select("v")', "v<-texts"),
        ('t.select(F.posexplode("texts")).select("pos", "key")', "pos<-texts key<-texts"),
        ('t.select(F.explode("shops")).select("value.*")', "city<-shops zip<-shops"),
        ('t.selectExpr("explode(shops) AS (k, v)").select("v.city")', "city<-shops"),
        ('t.select(F.element_at("shops", "x").alias("s")).select("s.*")', "city<-shops zip<-shops"),
        ('t.select(F.explode("tags"))', "col<-tags"),
        ('t.select(F.explode("tags").alias("t")).select("t.*")', "key<-tags value<-tags"),
        ('t.select(F.explode("many"))', "col<-many"),
        ('t.select(t.texts["x"], t.texts.y)', "texts[x]<-texts texts[y]<-texts"),
        ('t.select(F.posexplode("lines").alias("p", "l")).select("l.*")', "sku<-lines qty<-lines"),
    ],
)
def test_maps_have_keys_and_values_where_their_types_are_known(step, expected):
    assert read(step, TYPED) == set(expected.split())


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ('t.select(F.explode("texts").alias("k", "v"))', "k<-texts v<-texts"),
        ('t.select(F.explode("lines")).select("col.*")', "sku<-lines qty<-lines"),
        ('t.select(t.texts["x"])', "texts[x]<-texts"),
    ],
)
def test_schemas_of_names_alone_are_enough_for_what_has_a_name(step, expected):
    assert read(step, NAMES) == set(expected.split())


FLATTEN = {
    "isinstance": """
def flatten(df):
    names = []
    for f in df.schema.fields:
        if isinstance(f.dataType, StructType):
            names += [F.col(f.name + "." + n.name).alias(f.name + "_" + n.name) for n in f.dataType]
        else:
            names.append(f.name)
    return df.select(names)
""",
    "typeName": """
def flatten(df):
    names = []
    for f in df.schema.fields:
        if f.dataType.typeName() == "struct":
            names += [F.col(f"{f.name}.{n}").alias(f"{f.name}_{n}") for n in f.dataType.names]
        else:
            names.append(f.name)
    return df.select(names)
""",
    "dtypes": """
def flatten(df):
    flat = [n for n, t in df.dtypes if t[:6] != "struct"]
    deep = [n for n, t in df.dtypes if t.startswith("struct")]
    inner = [F.col(n + "." + k).alias(n + "_" + k) for n in deep
             for k in df.select(n + ".*").columns]
    return df.select(flat + inner)
""",
}


@pytest.mark.parametrize("way", FLATTEN)
def test_structs_are_flattened_by_their_types(way):
    types = {"id": "int", "at": "struct<x:int,y:int>", "lines": "array<struct<n:int>>"}
    schemas = join_schemas(
        {"db/t": make_table_schema(make_column(*each) for each in types.items())}
    )
    script = (
        "from pyspark.sql import functions as F\nfrom pyspark.sql.types import StructType\n"
        f'{FLATTEN[way]}\nflatten(spark.table("db.t")).write.saveAsTable("db.z")\n'
    )
    context = LineageContext(schemas=schemas)
    lineage = collapse(read_script(script, context), context)
    found = {f"{each.downstream}<-{each.upstream}" for e in lineage.edges for each in e.columns}

    assert found == {"id<-id", "at_x<-at", "at_y<-at", "lines<-lines"}


def test_a_type_that_is_not_known_chooses_no_column():
    step = 't.select([n for n, kind in t.dtypes if kind == "string"])'

    assert read(step, TYPED) == set()
