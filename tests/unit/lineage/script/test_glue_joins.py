"""The keys of Glue's Join decide which rows there are."""

import pytest

from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.script import read_script

SCRIPT = """
KEYS = ["customer_id", "`name`"]
orders = glueContext.create_dynamic_frame.from_catalog(database="sales", table_name="orders")
people = glueContext.create_dynamic_frame.from_catalog(database="sales", table_name="customers")
renamed = RenameField.apply(orders, "customer_id", "person")
joined = {call}
joined.toDF().write.parquet("s3://lake/out/")
"""


@pytest.mark.parametrize(
    ("call", "orders", "customers"),
    [
        (
            "Join.apply(orders, people, 'customer_id', 'customer_id')",
            ["customer_id"],
            ["customer_id"],
        ),
        (
            "Join.apply(renamed, frame2=people, keys1=['id', 'person'], keys2=KEYS)",
            ["customer_id", "id"],
            ["customer_id", "name"],
        ),
        ("Join.apply(orders, people, args['key'], keys)", [], []),
        ("Join.apply(orders, people, 7, ['name', 7])", [], ["name"]),
        ("Join.apply(orders, {'a': people}, 'id', 'name')", ["id"], []),
    ],
)
def test_keys_decide_each_on_its_side(context, name, call, orders, customers):
    lineage = collapse(read_script(SCRIPT.format(call=call), context), context)
    found = {
        name(edge.upstream): [
            (each.upstream, each.downstream, each.effect) for each in edge.indirect
        ]
        for edge in lineage.edges
    }
    assert found == {
        "glue:sales/orders": [(key, None, "join") for key in orders],
        "glue:sales/customers": [(key, None, "join") for key in customers],
    }
