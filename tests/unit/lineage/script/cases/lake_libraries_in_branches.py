import duckdb
import polars as pl
from deltalake import DeltaTable, write_deltalake
from pyiceberg.catalog import load_catalog

catalog = load_catalog("default", type="glue")
if env == "prod":
    source, target, table = "s3://p-in/x", "s3://p-out/x", "prod.x"
else:
    source, target, table = "s3://d-in/x", "s3://d-out/x", "dev.x"
write_deltalake(target, DeltaTable(source).to_pyarrow_table())
catalog.load_table(table).append(pl.scan_parquet(source).collect().to_arrow())
for name in ["a", "b"]:
    duckdb.sql(f"COPY (FROM '{source}/{name}.parquet') TO '{target}/{name}.csv'")
