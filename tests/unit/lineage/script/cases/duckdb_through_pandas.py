import duckdb
import pandas as pd
import polars as pl
from deltalake import DeltaTable, convert_to_deltalake

con = duckdb.connect()
con.execute("CREATE TABLE sales AS SELECT * FROM 's3://raw/sales.parquet'")
pd.read_sql("SELECT * FROM sales", con).to_csv("s3://out/sales.csv")
pl.read_database("SELECT * FROM sales", connection=con).write_csv("s3://out/copy.csv")

convert_to_deltalake("s3://lake/events", mode="ignore")
DeltaTable("s3://lake/visits").restore(3)
