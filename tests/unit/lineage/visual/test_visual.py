import functools
import gzip
import json
import pathlib

import botocore
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.examples import examples

from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.visual import read_visual
from glueline_worker.lineage.visual.transforms import is_transform

ORDERS = {"CatalogSource": {"Name": "orders", "Database": "Sales", "Table": "Orders"}}
CUSTOMERS = {"CatalogSource": {"Name": "customers", "Database": "sales", "Table": "customers"}}


def target(*inputs, path="s3://lake/out/"):
    return {
        "S3DirectTarget": {"Name": "out", "Inputs": list(inputs), "Path": path, "Format": "json"}
    }


def source_of(kind, **fields):
    return {"a": {kind: {"Name": "a", **fields}}, "z": target("a")}


def target_of(kind, **fields):
    return {"a": ORDERS, "z": {kind: {"Name": "z", "Inputs": ["a"], **fields}}}


def datasets(lineage, name):
    return sorted(map(name, lineage.inputs)), sorted(map(name, lineage.outputs))


SOURCES = [
    ("CatalogSource", {"Database": "db", "Table": "t"}, ["glue:db/t"]),
    ("S3CatalogSource", {"Database": "Db", "Table": "T"}, ["glue:db/t"]),
    ("PostgreSQLCatalogSource", {"Database": "db", "Table": "t"}, ["glue:db/t"]),
    ("DynamoDBCatalogSource", {"Database": "db", "Table": "t"}, ["glue:db/t"]),
    (
        "RedshiftSource",
        {"Database": "db", "Table": "t", "RedshiftTmpDir": "s3://tmp/"},
        ["glue:db/t"],
    ),
    ("GovernedCatalogSource", {"Database": "db", "Table": "t"}, ["glue:db/t"]),
    (
        "CatalogDeltaSource",
        {"Database": "db", "Table": "t", "AdditionalDeltaOptions": {}},
        ["glue:db/t"],
    ),
    ("CatalogIcebergSource", {"Database": "db", "Table": "t"}, ["glue:db/t"]),
    (
        "CatalogKafkaSource",
        {"Database": "db", "Table": "t", "StreamingOptions": {"TopicName": "x"}},
        ["glue:db/t"],
    ),
    ("S3CsvSource", {"Paths": ["s3://a/x/", "s3a://a/y"]}, ["s3://a/x", "s3://a/y"]),
    (
        "S3ParquetSource",
        {
            "Paths": ["s3://a/x"],
            "AdditionalOptions": {"EnableSamplePath": True, "SamplePath": "s3://a/x/1"},
        },
        ["s3://a/x"],
    ),
    ("S3HudiSource", {"Paths": ["s3://a/hudi"], "AdditionalHudiOptions": {}}, ["s3://a/hudi"]),
    ("S3DeltaSource", {"Paths": ["s3://a/delta/"]}, ["s3://a/delta"]),
    ("S3ExcelSource", {"Paths": ["s3://a/book.xlsx"]}, ["s3://a/book.xlsx"]),
    (
        "DirectJDBCSource",
        {
            "ConnectionName": "shop-pg",
            "ConnectionType": "postgresql",
            "Database": "shop",
            "Table": "public.o",
        },
        ["postgres://pg.example.com:5433/shop.public.o"],
    ),
    (
        "DirectJDBCSource",
        {"ConnectionName": "other", "ConnectionType": "mysql", "Database": "shop", "Table": "o"},
        ["glue-connection://other/shop.o"],
    ),
    (
        "JDBCConnectorSource",
        {
            "ConnectionName": "crm",
            "ConnectorName": "crm",
            "ConnectionType": "custom.jdbc",
            "Query": "select * from account a join lead l on a.id = l.id",
        },
        ["glue-connection://crm/account", "glue-connection://crm/lead"],
    ),
    (
        "SparkConnectorSource",
        {
            "ConnectionName": "hudi",
            "ConnectionType": "marketplace.spark",
            "AdditionalOptions": {"path": "s3://a/h"},
        },
        ["s3://a/h"],
    ),
    (
        "AthenaConnectorSource",
        {
            "ConnectionName": "logs",
            "ConnectionType": "marketplace.athena",
            "SchemaName": "app",
            "ConnectionTable": "all",
        },
        ["glue-connection://logs/app.all"],
    ),
    (
        "DirectKinesisSource",
        {"StreamingOptions": {"StreamArn": "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks"}},
        ["kinesis:stream/clicks"],
    ),
    (
        "DirectKinesisSource",
        {"StreamingOptions": {"StreamName": "clicks"}},
        ["kinesis:stream/clicks"],
    ),
    (
        "DirectKafkaSource",
        {"StreamingOptions": {"ConnectionName": "msk", "TopicName": "orders"}},
        ["kafka://b-1.example.com:9094/orders"],
    ),
    (
        "DirectKafkaSource",
        {"StreamingOptions": {"BootstrapServers": "k:9092", "Assign": '{"a": [0], "b": [1]}'}},
        ["kafka://k:9092/a", "kafka://k:9092/b"],
    ),
    (
        "DynamoDBELTConnectorSource",
        {
            "ConnectionOptions": {
                "DynamodbTableArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/carts",
                "DynamodbS3Bucket": "export",
            }
        },
        ["dynamodb:carts"],
    ),
    (
        "AmazonRedshiftSource",
        {
            "Data": {
                "AccessType": "connection",
                "SourceType": "table",
                "Connection": {"Value": "dwh", "Label": "dwh"},
                "Schema": {"Value": "public"},
                "Table": {"Value": "orders"},
                "TempDir": "s3://tmp/",
            }
        },
        ["glue-connection://dwh/public.orders"],
    ),
    (
        "AmazonRedshiftSource",
        {
            "Data": {
                "AccessType": "connection",
                "SourceType": "query",
                "Connection": {"Value": "dwh"},
                "Table": {"Value": "stale"},
                "SampleQuery": "select a from public.orders",
            }
        },
        ["glue-connection://dwh/public.orders"],
    ),
    (
        "AmazonRedshiftSource",
        {
            "Data": {
                "AccessType": "catalog",
                "CatalogDatabase": {"Value": "db"},
                "CatalogTable": {"Value": "t"},
            }
        },
        ["glue:db/t"],
    ),
    (
        "SnowflakeSource",
        {
            "Data": {
                "SourceType": "table",
                "Connection": {"Value": "snow"},
                "Database": "D",
                "Schema": "S",
                "Table": "T",
            }
        },
        ["glue-connection://snow/D.S.T"],
    ),
    (
        "ConnectorDataSource",
        {
            "ConnectionType": "bigquery",
            "Data": {"connectionName": "bq", "parentProject": "p", "table": "d.t"},
        },
        ["bigquery/p.d.t"],
    ),
    (
        "ConnectorDataSource",
        {
            "ConnectionType": "salesforce",
            "Data": {"connectionName": "sf", "ENTITY_NAME": "Account"},
        },
        ["glue-connection://sf/Account"],
    ),
    (
        "ConnectorDataSource",
        {
            "ConnectionType": "mysql",
            "Data": {"connectionName": "shop", "dbtable": "o", "database": "shop"},
        },
        ["glue-connection://shop/shop.o"],
    ),
]

TARGETS = [
    ("CatalogTarget", {"Database": "Db", "Table": "T"}, ["glue:db/t"]),
    ("MySQLCatalogTarget", {"Database": "db", "Table": "t"}, ["glue:db/t"]),
    (
        "RedshiftTarget",
        {
            "Database": "db",
            "Table": "t",
            "UpsertRedshiftOptions": {
                "ConnectionName": "dwh",
                "TableLocation": "public.t",
                "UpsertKeys": ["id"],
            },
        },
        ["glue-connection://dwh/public.t", "glue:db/t"],
    ),
    (
        "S3GlueParquetTarget",
        {
            "Path": "s3://lake/x/",
            "SchemaChangePolicy": {"EnableUpdateCatalog": True, "Database": "db", "Table": "T"},
        },
        ["glue:db/t", "s3://lake/x"],
    ),
    (
        "S3DirectTarget",
        {
            "Path": "s3://lake/x",
            "Format": "csv",
            "SchemaChangePolicy": {"EnableUpdateCatalog": False, "Database": "db", "Table": "t"},
        },
        ["s3://lake/x"],
    ),
    (
        "S3HudiDirectTarget",
        {
            "Path": "s3://lake/h/",
            "Format": "hudi",
            "AdditionalOptions": {
                "hoodie.table.name": "h",
                "hoodie.datasource.hive_sync.database": "db",
                "hoodie.datasource.hive_sync.table": "h",
            },
        },
        ["glue:db/h", "s3://lake/h"],
    ),
    (
        "S3HudiCatalogTarget",
        {"Database": "db", "Table": "h", "AdditionalOptions": {"path": "s3://lake/h/"}},
        ["glue:db/h", "s3://lake/h"],
    ),
    ("S3DeltaDirectTarget", {"Path": "s3://lake/d/", "Format": "delta"}, ["s3://lake/d"]),
    ("S3IcebergCatalogTarget", {"Database": "db", "Table": "i"}, ["glue:db/i"]),
    ("S3HyperDirectTarget", {"Path": "s3://lake/hyper/"}, ["s3://lake/hyper"]),
    (
        "JDBCConnectorTarget",
        {"ConnectionName": "crm", "ConnectionType": "custom.jdbc", "ConnectionTable": "accounts"},
        ["glue-connection://crm/accounts"],
    ),
    (
        "SparkConnectorTarget",
        {
            "ConnectionName": "os",
            "ConnectionType": "custom.spark",
            "AdditionalOptions": {"dbtable": "idx"},
        },
        ["glue-connection://os/idx"],
    ),
    (
        "SparkConnectorTarget",
        {
            "ConnectionName": "iceberg",
            "ConnectionType": "marketplace.spark",
            "AdditionalOptions": {"path": "cat.db.t"},
        },
        ["glue:db/t"],
    ),
    (
        "AmazonRedshiftTarget",
        {
            "Data": {
                "AccessType": "connection",
                "Connection": {"Value": "dwh"},
                "Schema": {"Value": "public"},
                "Table": {"Value": "orders"},
                "StagingTable": "public.orders_temp",
                "Upsert": True,
            }
        },
        ["glue-connection://dwh/public.orders"],
    ),
    (
        "SnowflakeTarget",
        {"Data": {"Connection": {"Value": "snow"}, "Database": "D", "Schema": "S", "Table": "T"}},
        ["glue-connection://snow/D.S.T"],
    ),
    (
        "ConnectorDataTarget",
        {
            "ConnectionType": "opensearch",
            "Data": {"opensearch.resource": "idx", "opensearch.nodes": "https://os"},
        },
        ["opensearch://os:443/idx"],
    ),
]


@pytest.mark.parametrize(("kind", "fields", "expected"), SOURCES)
def test_a_source_names_what_it_reads(context, name, kind, fields, expected):
    lineage = collapse(read_visual(source_of(kind, **fields), context), context)
    assert datasets(lineage, name) == (sorted(expected), ["s3://lake/out"])
    assert lineage.warnings == ()
    assert len(lineage.edges) == len(expected)


@pytest.mark.parametrize(("kind", "fields", "expected"), TARGETS)
def test_a_target_names_what_it_writes(context, name, kind, fields, expected):
    lineage = collapse(read_visual(target_of(kind, **fields), context), context)
    assert datasets(lineage, name) == (["glue:sales/orders"], sorted(expected))
    assert lineage.warnings == ()
    assert len(lineage.edges) == len(expected)


def through(kind, **fields):
    """One table, one transform, one path."""
    return {"a": ORDERS, "t": {kind: {"Name": "t", "Inputs": ["a"], **fields}}, "z": target("t")}


ALL = "address>address amount>amount customer_id>customer_id id>id"

TRANSFORMS = [
    (
        "ApplyMapping",
        {
            "Mapping": [
                {"ToKey": "order_id", "FromPath": ["id"]},
                {"ToKey": "amount", "FromPath": ["amount"], "Dropped": True},
                {"ToKey": "city", "FromPath": ["address", "city"]},
            ]
        },
        "address.city>city id>order_id",
    ),
    (
        "ApplyMapping",
        {
            "Mapping": [
                {
                    "ToKey": "home",
                    "FromPath": ["address"],
                    "Children": [
                        {"ToKey": "town", "FromPath": ["city"]},
                        {"ToKey": "zip", "FromPath": ["address", "zip"]},
                        {"ToKey": "x", "FromPath": ["x"], "Dropped": True},
                    ],
                }
            ]
        },
        "address>home address.city>home.town address.zip>home.zip",
    ),
    (
        "RenameField",
        {"SourcePath": ["id"], "TargetPath": ["key"]},
        "address>address amount>amount customer_id>customer_id id>key",
    ),
    ("SelectFields", {"Paths": [["id"], ["amount"]]}, "amount>amount id>id"),
    ("DropFields", {"Paths": [["address"], ["amount"]]}, "customer_id>customer_id id>id"),
    ("DropNullFields", {}, ALL),
    ("DropDuplicates", {"Columns": [["id"]]}, ALL),
    ("Filter", {"LogicalOperator": "AND", "Filters": []}, ALL),
    ("Route", {"GroupFiltersList": []}, ALL),
    ("Spigot", {"Path": "s3://samples/x"}, ALL),
    ("SelectFromCollection", {"Index": 0}, ALL),
    ("EvaluateDataQuality", {"Ruleset": "", "Output": "PrimaryInput"}, ALL),
    ("EvaluateDataQuality", {"Ruleset": "", "Output": "EvaluationResults"}, ""),
    ("PIIDetection", {"PiiType": "ColumnMasking", "EntityTypesToDetect": []}, ALL),
    (
        "FillMissingValues",
        {"ImputedPath": "amount", "FilledPath": "full"},
        "address>address amount>amount customer_id>customer_id amount>full id>id",
    ),
    (
        "Aggregate",
        {
            "Groups": [["customer_id"]],
            "Aggs": [
                {"Column": ["amount"], "AggFunc": "sum"},
                {"Column": ["id"], "AggFunc": "countDistinct"},
            ],
        },
        "id>count(DISTINCT id) customer_id>customer_id amount>sum(amount)",
    ),
    ("CustomCode", {"Code": "return dfc", "ClassName": "F"}, ""),
    (
        "DynamicTransform",
        {"TransformName": "x", "FunctionName": "x", "Path": "s3://scripts/x.py"},
        "",
    ),
    (
        "DynamicTransform",
        {
            "FunctionName": "gs_split",
            "Parameters": [
                {"Name": "colName", "Value": ["address"]},
                {"Name": "newColName", "Value": ["parts"]},
            ],
        },
        f"{ALL} address>parts",
    ),
    (
        "DynamicTransform",
        {
            "FunctionName": "gs_concat",
            "Parameters": [
                {"Name": "colName", "Value": ["key"]},
                {"Name": "colList", "Value": ["id, customer_id"]},
            ],
        },
        "address>address amount>amount customer_id>customer_id id>id customer_id>key id>key",
    ),
    (
        "DynamicTransform",
        {
            "FunctionName": "gs_array_to_cols",
            "Parameters": [
                {"Name": "colName", "Value": ["address"]},
                {"Name": "colList", "Value": ["x,y"]},
            ],
        },
        f"{ALL} address>x address>y",
    ),
    (
        "DynamicTransform",
        {"FunctionName": "gs_uuid", "Parameters": [{"Name": "colName", "Value": ["uid"]}]},
        ALL,
    ),
    ("DynamicTransform", {"FunctionName": "gs_pivot", "Parameters": []}, ""),
    ("Recipe", {"RecipeReference": {}}, ""),
    ("SomethingNew", {"Path": "s3://unknown/purpose"}, ""),
]


@pytest.mark.parametrize(("kind", "fields", "columns"), TRANSFORMS)
def test_a_transform_carries_columns(context, edges, kind, fields, columns):
    graph = read_visual(through(kind, **fields), context)
    assert edges(graph) == [f"glue:sales/orders -> s3://lake/out {columns}".strip()]


@functools.cache
def model_kinds():
    """Every kind of node in the service model, with the shapes of its fields."""
    root = pathlib.Path(botocore.__file__).parent / "data/glue/2017-03-31/service-2.json.gz"
    shapes = json.loads(gzip.decompress(root.read_bytes()))["shapes"]
    return shapes, shapes["CodeGenConfigurationNode"]["members"]


def sample(shapes, shape, field, depth=0):
    """A value of a shape of the model; maps hold what connectors ask for."""
    told = shapes[shape]
    match told["type"]:
        case "structure":
            members = told["members"].items() if depth < 5 else ()
            return {key: sample(shapes, each["shape"], key, depth + 1) for key, each in members}
        case "list":
            return [sample(shapes, told["member"]["shape"], field, depth + 1)]
        case "map":
            return (
                {"connectionName": "c", "dbtable": "t"}
                if field in {"Data", "AdditionalOptions"}
                else {}
            )
        case "string":
            known = {"Path": "s3://a/b", "Paths": "s3://a/b", "SqlQuery": "select 1 from x"}
            return told.get("enum", [known.get(field, "x")])[0]
        case "boolean":
            return False
    return 0


@pytest.mark.parametrize("kind", sorted(model_kinds()[1]))
def test_every_kind_of_the_service_model_is_understood(kind):
    shapes, members = model_kinds()
    fields = sample(shapes, members[kind]["shape"], kind)
    source = {"a": {"S3CsvSource": {"Paths": ["s3://in/a"]}}}
    nodes = {**source, "x": {kind: {**fields, "Inputs": ["a"]}}, "z": target("x")}
    if kind.endswith("Target"):
        del nodes["z"]
    lineage = collapse(read_visual(nodes, LineageContext()), LineageContext())
    assert lineage.warnings == ()
    assert lineage.edges
    assert is_transform(kind) != kind.endswith(("Source", "Target"))


def test_renamed_columns_are_followed_through_several_steps(context, edges):
    nodes = {
        "a": ORDERS,
        "m": {"ApplyMapping": {"Inputs": ["a"], "Mapping": [{"ToKey": "b", "FromPath": ["ID"]}]}},
        "r": {"RenameField": {"Inputs": ["m"], "SourcePath": ["b"], "TargetPath": ["c"]}},
        "z": target("r"),
    }
    assert edges(read_visual(nodes, context)) == ["glue:sales/orders -> s3://lake/out id>c"]


def test_a_join_takes_each_column_from_the_side_that_has_it(context, edges):
    nodes = {
        "a": ORDERS,
        "b": CUSTOMERS,
        "j": {"Join": {"Inputs": ["a", "b"], "JoinType": "equijoin", "Columns": []}},
        "s": {"SelectFields": {"Inputs": ["j"], "Paths": [["id"], ["name"]]}},
        "z": target("s"),
    }
    assert edges(read_visual(nodes, context)) == [
        "glue:sales/customers -> s3://lake/out name>name",
        "glue:sales/orders -> s3://lake/out id>id",
    ]


def test_a_semi_join_takes_rows_and_no_columns_from_the_right(context, edges):
    nodes = {
        "a": ORDERS,
        "b": CUSTOMERS,
        "j": {"Join": {"Inputs": ["a", "b"], "JoinType": "leftsemi", "Columns": []}},
        "z": target("j"),
    }
    assert edges(read_visual(nodes, context)) == [
        "glue:sales/customers -> s3://lake/out",
        f"glue:sales/orders -> s3://lake/out {ALL}",
    ]


def test_a_union_takes_a_column_from_all_that_have_it(context, edges):
    nodes = {
        "a": ORDERS,
        "b": CUSTOMERS,
        "u": {"Union": {"Inputs": ["a", "b"], "UnionType": "ALL"}},
        "s": {"SelectFields": {"Inputs": ["u"], "Paths": [["customer_id"]]}},
        "z": target("s"),
    }
    assert edges(read_visual(nodes, context)) == [
        "glue:sales/customers -> s3://lake/out customer_id>customer_id",
        "glue:sales/orders -> s3://lake/out customer_id>customer_id",
    ]


@pytest.mark.parametrize(
    ("index", "columns"),
    [(0, "id>id"), (1, "address>address amount>amount customer_id>customer_id")],
)
def test_split_fields_makes_two_frames(context, edges, index, columns):
    nodes = {
        "a": ORDERS,
        "p": {"SplitFields": {"Inputs": ["a"], "Paths": [["id"]]}},
        "c": {"SelectFromCollection": {"Inputs": ["p"], "Index": index}},
        "z": target("c"),
    }
    assert edges(read_visual(nodes, context)) == [f"glue:sales/orders -> s3://lake/out {columns}"]


def test_sql_is_read_through_its_aliases(context, edges):
    nodes = {
        "a": ORDERS,
        "b": CUSTOMERS,
        "q": {
            "SparkSQL": {
                "Inputs": ["a", "b"],
                "SqlQuery": "select o.id as order_id, c.name from myOrders o join cust c on o.customer_id = c.customer_id",
                "SqlAliases": [{"From": "a", "Alias": "myOrders"}, {"From": "b", "Alias": "cust"}],
            }
        },
        "z": target("q"),
    }
    assert edges(read_visual(nodes, context)) == [
        "glue:sales/customers -> s3://lake/out name>name",
        "glue:sales/orders -> s3://lake/out id>order_id",
    ]


def test_sql_with_a_star_keeps_what_it_also_computes_with(context, edges):
    fields = {
        "SqlQuery": "select s.*, s.amount * 2 as twice from src s",
        "SqlAliases": [{"From": "a", "Alias": "src"}],
    }
    graph = read_visual(through("SparkSQL", **fields), context)
    assert edges(graph) == [f"glue:sales/orders -> s3://lake/out {ALL} amount>twice"]


def test_sql_reads_catalog_tables_that_are_no_alias(context, edges):
    fields = {
        "SqlQuery": "select a.id from src a join ref.codes c on a.id = c.id",
        "SqlAliases": [{"From": "a", "Alias": "src"}],
    }
    graph = read_visual(through("SparkSQL", **fields), context)
    assert [edge.split(" ->")[0] for edge in edges(graph)] == [
        "glue:ref/codes",
        "glue:sales/orders",
    ]


def test_only_connected_nodes_make_edges(context, edges):
    nodes = {
        "a": ORDERS,
        "b": CUSTOMERS,
        "x": target("a", path="s3://o/1"),
        "y": target("b", path="s3://o/2"),
    }
    found = [
        edge.split(" address")[0].split(" customer_id")[0]
        for edge in edges(read_visual(nodes, context))
    ]
    assert found == ["glue:sales/customers -> s3://o/2", "glue:sales/orders -> s3://o/1"]


def test_columns_that_studio_saw_serve_where_the_catalogue_has_none(context, edges):
    nodes = source_of(
        "S3CsvSource",
        Paths=["s3://a/x"],
        OutputSchemas=[{"Columns": [{"Name": "Id"}, {"Name": "v"}]}],
    )
    assert edges(read_visual(nodes, context)) == ["s3://a/x -> s3://lake/out Id>Id v>v"]


def test_an_unknown_source_is_read_by_its_fields(context, name):
    lineage = collapse(
        read_visual(source_of("S3FancyNewSource", Paths=["s3://a/x"]), context), context
    )
    assert datasets(lineage, name) == (["s3://a/x"], ["s3://lake/out"])


def test_a_source_that_tells_nothing_is_a_warning(context):
    lineage = collapse(read_visual(source_of("MysterySource"), context), context)
    assert lineage.warnings == ("the visual node a (MysterySource) names no dataset",)


def test_a_missing_input_is_a_warning_and_the_rest_is_kept(context, edges):
    graph = read_visual({"a": ORDERS, "z": target("a", "gone")}, context)
    assert edges(graph) == [f"glue:sales/orders -> s3://lake/out {ALL}"]
    assert graph.warnings == ("the visual node z has an input gone that is missing",)


def test_job_arguments_are_put_into_paths(context, name):
    nodes = {"a": ORDERS, "z": target("a", path="s3://{arg:bucket}/{arg:day}/")}
    lineage = collapse(read_visual(nodes, context), context)
    assert list(map(name, lineage.outputs)) == ["s3://lake/{arg:day}"]


def test_keys_of_a_git_export_mean_the_same(context, edges):
    nodes = {
        "a": {"catalogSource": {"name": "a", "database": "sales", "table": "orders"}},
        "z": {"s3DirectTarget": {"name": "z", "inputs": ["a"], "path": "s3://lake/out"}},
    }
    assert edges(read_visual(nodes, context)) == [f"glue:sales/orders -> s3://lake/out {ALL}"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
EVERY_NODE = [
    *(source_of(kind, **fields) for kind, fields, _ in SOURCES),
    *(target_of(kind, **fields) for kind, fields, _ in TARGETS),
    *(through(kind, **fields) for kind, fields, _ in TRANSFORMS),
]


@st.composite
def damaged(draw):
    """A sound graph with any JSON put in at any place."""
    nodes = json.loads(json.dumps(draw(st.sampled_from(EVERY_NODE))))
    at = nodes
    while True:
        key = draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if not isinstance(at[key], dict | list) or not at[key] or draw(st.integers(0, 4)) == 0:
            at[key] = draw(JSON)
            return nodes
        at = at[key]


@settings(max_examples=examples(400), deadline=None)
@given(nodes=damaged() | st.dictionaries(st.text(max_size=5), JSON, max_size=5) | JSON)
def test_any_json_ends_in_a_lineage(nodes):
    lineage = collapse(read_visual(nodes, LineageContext()), LineageContext())
    for dataset in (*lineage.inputs, *lineage.outputs):
        # Only a whole bucket has no name of its own.
        assert dataset.namespace.startswith("s3://") or (dataset.namespace and dataset.name)


def test_a_query_of_system_tables_is_no_source_and_no_gap(context):
    nodes = source_of(
        "ConnectorDataSource",
        ConnectionType="postgresql",
        Data={
            "connectionName": "inn",
            "sourceType": "query",
            "query": "SELECT tablename FROM pg_catalog.pg_tables",
        },
    )
    lineage = collapse(read_visual(nodes, context), context)
    assert lineage.inputs == ()
    assert lineage.is_complete


def test_results_of_data_quality_are_an_output_where_they_are_published(context):
    place = {"ResultsS3Prefix": "s3://quality/orders/", "ResultsPublishingEnabled": True}
    nodes = {
        "1": {"S3CsvSource": {"Name": "in", "Paths": ["s3://raw/orders/"]}},
        "2": {
            "EvaluateDataQuality": {
                "Name": "check",
                "Inputs": ["1"],
                "Output": "PrimaryInput",
                "PublishingOptions": place,
            }
        },
        "3": {"S3DirectTarget": {"Name": "out", "Inputs": ["2"], "Path": "s3://lake/orders/"}},
    }
    lineage = collapse(read_visual(nodes, context), context)
    assert {edge.downstream.namespace for edge in lineage.edges} == {"s3://quality", "s3://lake"}
    assert {edge.upstream.namespace for edge in lineage.edges} == {"s3://raw"}
