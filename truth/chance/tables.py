"""The tables of this harness, with coarse types."""

Column = tuple[str, str]
"""A name and a coarse type: int, num, str, date, time, tags, items, map, ship, struct."""

TABLES: dict[str, list[Column]] = {
    "lab.orders": [
        ("order_id", "int"),
        ("customer_id", "int"),
        ("order_date", "date"),
        ("status", "str"),
        ("amount", "num"),
        ("currency", "str"),
        ("region", "str"),
        ("items", "items"),
        ("attrs", "map"),
        ("ship", "ship"),
        ("tags", "tags"),
    ],
    "lab.customers": [
        ("customer_id", "int"),
        ("name", "str"),
        ("email", "str"),
        ("region", "str"),
        ("created", "time"),
        ("segment", "str"),
    ],
    "lab.returns": [
        ("order_id", "int"),
        ("returned", "date"),
        ("reason", "str"),
        ("refund", "num"),
    ],
    "lab.fx": [("currency", "str"), ("rate", "num"), ("day", "date")],
    "lab.employees": [("id", "int"), ("manager_id", "int"), ("name", "str"), ("salary", "num")],
    "lab.quarterly": [("id", "int"), *((f"q{at}", "int") for at in range(1, 5))],
    "lab.flat": [("a", "str"), ("b", "str"), ("c", "str")],
    "lab.flat2": [("c", "str"), ("b", "str"), ("a", "str")],
    "lab2.customers": [("customer_id", "int"), ("nick", "str"), ("region", "str")],
    "db.src": [("id", "int"), ("name", "str"), ("amount", "num"), ("updated", "time")],
}
PAIRS = (
    ("lab.orders", "lab.customers", "customer_id"),
    ("lab.returns", "lab.v_orders", "order_id"),
    ("lab.customers", "lab2.customers", "region"),
    ("lab.flat", "lab.flat2", "b"),
    ("lab.employees", "db.src", "id"),
)
"""Tables that share a column."""

PLAIN = ("int", "num", "str", "date")
