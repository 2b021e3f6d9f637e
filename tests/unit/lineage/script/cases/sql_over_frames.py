import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, QueryBuilder
from pyiceberg.catalog import load_catalog

orders = pl.scan_parquet("s3://raw/orders.parquet")
people = pl.scan_csv("s3://raw/people.csv")
with pl.SQLContext(orders=orders) as context:
    context.register("customers", people)
    joined = context.execute("SELECT o.id, c.name FROM orders o JOIN customers c USING (id)")
joined.collect().write_parquet("s3://out/joined.parquet")
pl.sql("SELECT name FROM people").collect().write_csv("s3://out/names.csv")

builder = QueryBuilder().register("visits", DeltaTable("s3://lake/visits"))
pq.write_table(pa.table(builder.execute("SELECT * FROM visits")), "s3://out/visits.parquet")

clicks = load_catalog("glue", type="glue").load_table("web.clicks")
con = clicks.scan(row_filter="day > '2024'").to_duckdb(table_name="clicks")
con.execute("COPY (SELECT * FROM clicks) TO 's3://out/clicks.parquet'")

pq.write_table(pa.table({"a": [1]}), "s3://out/literal.parquet")
