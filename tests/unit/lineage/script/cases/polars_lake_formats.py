import polars as pl
from deltalake import DeltaTable
from pyiceberg.catalog import load_catalog

catalog = load_catalog("glue", **{"type": "glue", "glue.id": "111122223333"})
shops = pl.scan_iceberg(catalog.load_table("sales.shops"))
old = pl.scan_iceberg("s3://ice/sales/old/metadata/00002-a.metadata.json")
table = DeltaTable("s3://delta/orders")
orders = pl.read_delta(table, version=3)
prices = pl.scan_delta("s3://delta/prices", storage_options={"AWS_REGION": "eu-west-1"})
orders.join(prices.collect(), on="sku").write_delta("s3://delta/priced", mode="append")
shops.sink_parquet("s3://out/shops.parquet")
old.collect().write_delta(table, mode="overwrite")
prices.collect().write_iceberg(catalog.load_table(("sales", "prices")), mode="append")
