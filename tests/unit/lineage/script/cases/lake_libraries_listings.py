import pandas as pd
import polars as pl
import pyarrow.fs
from pyiceberg.catalog import load_catalog

fs = pyarrow.fs.S3FileSystem()
pd.read_parquet("raw/a.parquet", filesystem=fs).to_parquet("out/a.parquet", filesystem=fs)
pl.from_dicts([{"a": 1}]).write_parquet("s3://out/literal.parquet")
catalog = load_catalog("glue", type="glue")
for identifier in catalog.list_tables("sales"):
    catalog.load_table(identifier).scan().to_pandas().to_csv("s3://out/tables.csv")
