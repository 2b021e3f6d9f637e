import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.examples import examples

from glueline_worker.lineage.dataflow import read_dataflow
from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.literals import parse_value
from glueline_worker.lineage.model import LineageContext


def node(name, kind, line=1, **args):
    told = [{"Name": key, "Value": value, "Param": False} for key, value in args.items()]
    return {"Id": name, "NodeType": kind, "Args": told, "LineNumber": line}


def edge(source, target):
    return {"Source": source, "Target": target, "TargetParameter": "frame"}


SOURCE = node("source0", "DataSource", database='"Sales"', table_name='"orders"')
SINK = node(
    "sink1", "DataSink", connection_type='"s3"', connection_options='{"path": "s3://lake/out/"}'
)
ALL = "address>address amount>amount customer_id>customer_id id>id"

DATASETS = [
    ({"database": '"sales"', "table_name": "'orders'"}, ["glue:sales/orders"]),
    ({"name_space": '"sales"', "table_name": '"orders"'}, ["glue:sales/orders"]),
    ({"database": "args['env']", "table_name": '"o"'}, ["glue:prod/o"]),
    (
        {"database": "args['other']", "table_name": '"o_" + suffix'},
        ["glue:{arg:other}/o_{unknown}"],
    ),
    ({"database": "db", "table_name": "table"}, ["glue:{unknown}/{unknown}"]),
    (
        {
            "connection_type": '"s3"',
            "connection_options": '{"paths": ["s3://a/b", "s3://a/c"], "recurse": true}',
        },
        ["s3://a/b", "s3://a/c"],
    ),
    (
        {
            "connection_type": '"s3"',
            "connection_options": "{'path': f's3://a/{day}/x', 'useS3ListImplementation': True}",
        },
        ["s3://a/{unknown}/x"],
    ),
    (
        {
            "connection_type": '"s3"',
            "connection_options": '{"path": "s3://%s/x" % (args["bucket"])}',
        },
        ["s3://lake/x"],
    ),
    (
        {
            "connection_type": '"s3"',
            "connection_options": '{"path": "s3://{}/{}".format(args["bucket"], day)}',
        },
        ["s3://lake/{unknown}"],
    ),
    (
        {
            "catalog_connection": '"shop-pg"',
            "connection_options": '{"dbtable": "o", "database": "other"}',
        },
        ["postgres://pg.example.com:5433/other.public.o"],
    ),
    (
        {
            "catalog_connection": '"unread"',
            "connection_options": '{"dbtable": "o", "database": "d"}',
            "redshift_tmp_dir": "TempDir",
        },
        ["glue-connection://unread/d.o"],
    ),
    (
        {
            "connection_type": '"dynamodb"',
            "connection_options": '{"dynamodb.output.tableName": "T"}',
        },
        ["dynamodb:T"],
    ),
    (
        {"connection_type": '"kinesis"', "connection_options": '{"streamName": "s"}'},
        ["kinesis:stream/s"],
    ),
]


@pytest.mark.parametrize(("args", "expected"), DATASETS)
@pytest.mark.parametrize("kind", ["DataSource", "DataSink"])
def test_arguments_are_read_as_source_text(context, name, kind, args, expected):
    lineage = collapse(read_dataflow([node("n", kind, **args)], [], context), context)
    found = lineage.inputs if kind == "DataSource" else lineage.outputs
    assert list(map(name, found)) == expected
    assert lineage.warnings == ()


TRANSFORMS = [
    (
        "ApplyMapping",
        {
            "mapping": '[("id", "int", "key", "string"), ("`address.city`", "string", "city", "string")]'
        },
        "address.city>city id>key",
    ),
    ("SelectFields", {"paths": '["id"]'}, "id>id"),
    ("DropFields", {"paths": "['address', 'amount']"}, "customer_id>customer_id id>id"),
    (
        "RenameField",
        {"old_name": '"id"', "new_name": '"key"'},
        "address>address amount>amount customer_id>customer_id id>key",
    ),
    ("DropNullFields", {}, ALL),
    ("ResolveChoice", {"choice": '"make_struct"'}, ALL),
    ("Filter", {"f": "lambda x: x['id'] > 0"}, ALL),
    ("Map", {"f": "f"}, ""),
    ("whatever the author typed", {}, ""),
    ("", {}, ""),
]


@pytest.mark.parametrize(("kind", "args", "columns"), TRANSFORMS)
def test_a_transform_carries_columns(context, edges, kind, args, columns):
    nodes = [SINK, node("t", kind, **args), SOURCE]
    graph = read_dataflow(nodes, [edge("t", "sink1"), edge("source0", "t")], context)
    assert edges(graph) == [f"glue:sales/orders -> s3://lake/out {columns}".strip()]


def test_a_source_may_flow_straight_into_a_sink(context, edges):
    graph = read_dataflow([SOURCE, SINK], [edge("source0", "sink1")], context)
    assert edges(graph) == [f"glue:sales/orders -> s3://lake/out {ALL}"]


def test_nodes_without_edges_are_inputs_and_outputs_only(context, name):
    lineage = collapse(read_dataflow([SOURCE, SINK], [], context), context)
    assert list(map(name, lineage.inputs)) == ["glue:sales/orders"]
    assert list(map(name, lineage.outputs)) == ["s3://lake/out"]
    assert lineage.edges == ()


def test_an_edge_to_nothing_is_a_warning(context):
    graph = read_dataflow([SOURCE], [edge("source0", "gone")], context)
    assert graph.warnings == ("an annotated edge joins source0 and gone, which are not both steps",)


def test_a_step_of_unknown_type_is_judged_by_its_arguments(context, edges):
    nodes = [
        node("a", "read it", database='"sales"', table_name='"orders"'),
        node("b", "put it", connection_type='"s3"', connection_options='{"path": "s3://o/x"}'),
    ]
    assert edges(read_dataflow(nodes, [edge("a", "b")], context)) == [
        f"glue:sales/orders -> s3://o/x {ALL}"
    ]


def test_a_reused_variable_means_the_step_above(context, edges):
    nodes = [
        node("df", "DataSource", 1, database='"sales"', table_name='"orders"'),
        node("df", "SelectFields", 5, paths='["id"]'),
        node("df", "RenameField", 9, old_name='"id"', new_name='"key"'),
        {**SINK, "LineNumber": 13},
    ]
    graph = read_dataflow(nodes, [edge("df", "df"), edge("df", "sink1")], context)
    assert edges(graph) == ["glue:sales/orders -> s3://lake/out id>key"]


def test_steps_without_ids_do_not_get_in_each_others_way(context):
    unnamed = {"NodeType": "DataSource", "Args": SOURCE["Args"]}
    lineage = collapse(read_dataflow([unnamed, unnamed, SINK], [], context), context)
    assert len(lineage.inputs) == 1


def test_a_sink_that_names_nothing_is_a_warning(context):
    graph = read_dataflow([node("s", "DataSink", frame="x")], [], context)
    assert graph.warnings == ("the annotated step s (DataSink) names no dataset",)


VALUES = [
    ('"a"', "a"),
    ("{'a': true, 'b': [1, null]}", {"a": True, "b": [1, None]}),
    ("(\"a\", 'b')", ["a", "b"]),
    ("args['x y']", "{arg:x y}"),
    ('"a-" + env + "-b"', "a-{unknown}-b"),
    ('"a-" + str(args["n"])', "a-{arg:n}"),
    ("<paths>", "{unknown}"),
    ("-1", "-1"),
    ("", "{unknown}"),
    ('"\\d"', "\\d"),
    ("(" * 500, "{unknown}"),
    ('"a"' + ' + "a"' * 100_000, "{unknown}"),
]


@pytest.mark.parametrize(("source", "expected"), VALUES)
def test_values_are_literals_with_placeholders(source, expected):
    assert parse_value(source) == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=10,
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "Id": st.sampled_from(["a", "b"]) | JSON,
        "NodeType": st.sampled_from(["DataSource", "DataSink", "ApplyMapping", "RenameField"])
        | JSON,
        "LineNumber": st.integers(-1, 3) | JSON,
        "Args": st.lists(
            st.fixed_dictionaries(
                {
                    "Name": st.sampled_from(
                        [
                            "database",
                            "table_name",
                            "connection_type",
                            "connection_options",
                            "mapping",
                            "paths",
                        ]
                    ),
                    "Value": st.text(alphabet="\"'[](){}:,ab+%.s3/ ", max_size=20) | JSON,
                }
            )
        )
        | JSON,
    },
)
EDGES = st.fixed_dictionaries(
    {},
    optional={
        "Source": st.sampled_from(["a", "b"]) | JSON,
        "Target": st.sampled_from(["a", "b"]) | JSON,
    },
)


@settings(max_examples=examples(250), deadline=None)
@given(st.lists(FIELDS | JSON, max_size=5) | JSON, st.lists(EDGES | JSON, max_size=5) | JSON)
def test_any_json_ends_in_a_lineage(nodes, joined):
    lineage = collapse(read_dataflow(nodes, joined, LineageContext()), LineageContext())
    for dataset in (*lineage.inputs, *lineage.outputs):
        # Only a whole bucket has no name of its own.
        assert dataset.namespace.startswith("s3://") or (dataset.namespace and dataset.name)


def test_a_mapping_that_changes_a_type_is_a_transformation(context):
    mapping = '[("id", "int", "key", "Int"), ("amount", "int", "total", "string"), ("customer_id", "int", "y")]'
    nodes = [SOURCE, node("map2", "ApplyMapping", 2, mapping=mapping), SINK]
    edges = [edge("source0", "map2"), edge("map2", "sink1")]
    (found,) = collapse(read_dataflow(nodes, edges, context), context).edges
    assert [(each.downstream, each.transformation, each.line) for each in found.columns] == [
        ("key", "identity", 2),
        ("total", "transformation", 2),
        ("y", "identity", 2),
    ]


@pytest.mark.parametrize(
    ("keys", "decides"), [(('["id"]', '["id"]'), ["id"]), (('["id"]', '["customer_id"]'), [])]
)
def test_keys_that_both_sides_of_a_join_have_decide(context, keys, decides):
    join = node("join2", "Join", 2, keys1=keys[0], keys2=keys[1])
    edges = [edge("source0", "join2"), edge("join2", "sink1")]
    (found,) = collapse(read_dataflow([SOURCE, join, SINK], edges, context), context).edges
    assert [(each.upstream, each.effect) for each in found.indirect] == [
        (name, "join") for name in decides
    ]
