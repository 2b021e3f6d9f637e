"""The tables that the statements and scripts read and write."""

TABLES = {
    "lab.orders": (
        "order_id BIGINT, customer_id BIGINT, order_date DATE, status STRING,"
        " amount DECIMAL(12,2), currency STRING, region STRING,"
        " items ARRAY<STRUCT<sku: STRING, qty: INT, price: DECIMAL(12,2)>>,"
        " attrs MAP<STRING, STRING>,"
        " ship STRUCT<city: STRING, zip: STRING, geo: STRUCT<lat: DOUBLE, lon: DOUBLE>>,"
        " tags ARRAY<STRING>"
    ),
    "lab.customers": (
        "customer_id BIGINT, name STRING, email STRING, region STRING, created TIMESTAMP,"
        " segment STRING"
    ),
    "lab.products": "sku STRING, title STRING, price DECIMAL(12,2), category STRING",
    "lab.returns": "order_id BIGINT, returned DATE, reason STRING, refund DECIMAL(12,2)",
    "lab.fx": "currency STRING, rate DOUBLE, day DATE",
    "lab.daily": "day DATE, total DECIMAL(20,2), n BIGINT, region STRING",
    "lab.employees": "id BIGINT, manager_id BIGINT, name STRING, salary DOUBLE",
    "lab.quarterly": "id BIGINT, q1 INT, q2 INT, q3 INT, q4 INT",
    "lab.flat": "a STRING, b STRING, c STRING",
    "lab.flat2": "c STRING, b STRING, a STRING",
    "lab.mixedcase": "OrderId BIGINT, CustomerName STRING",
    "lab.odd_table": "`order id` BIGINT, `a.b` STRING, `select` STRING, `Größe` STRING",
    "lab2.customers": "customer_id BIGINT, nick STRING, region STRING",
    "db.src": "id BIGINT, name STRING, amount DOUBLE, updated TIMESTAMP",
    "db.tgt": "id BIGINT, name STRING, amount DOUBLE, updated TIMESTAMP",
    "db.other": "k BIGINT, label STRING, val DOUBLE, ts TIMESTAMP",
    "lab.parts": "id BIGINT, note STRING, day STRING, country STRING",
}
"""Columns by table, in Spark's words."""

PARTITIONS = {"lab.parts": "day, country"}

VIEWS = {"lab.v_orders": "SELECT order_id, amount, status FROM lab.orders"}
