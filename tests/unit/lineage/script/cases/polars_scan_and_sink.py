import polars as pl
from polars import scan_parquet as scan

orders = pl.scan_parquet("s3://lake/raw/orders/*.parquet", hive_partitioning=True)
customers = scan(source="s3://lake/raw/customers.parquet")
joined = orders.filter(pl.col("amount") > 0).join(customers, on="customer_id", how="left")
joined.sink_parquet(path="s3://lake/silver/orders.parquet")
joined.group_by("country").agg(pl.len()).collect().write_csv("s3://lake/gold/countries.csv")
events = pl.read_ndjson("s3://lake/raw/events.ndjson")
events.lazy().sink_ndjson("s3://lake/silver/events.ndjson")
