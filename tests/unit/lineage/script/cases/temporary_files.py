import os
import tempfile

import boto3
import duckdb
import pandas as pd
import polars as pl

s3 = boto3.client("s3")
with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
    pl.read_csv("s3://raw/a.csv").write_parquet(file.name)
    s3.upload_file(file.name, "out", "a.parquet")
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "b.parquet")
    duckdb.sql("SELECT * FROM 's3://raw/b.csv'").write_parquet(path)
    s3.upload_file(path, "out", "b.parquet")
kept = tempfile.TemporaryDirectory()
duckdb.sql(f"COPY (SELECT * FROM 's3://raw/c.csv') TO '{kept.name}/c.parquet' (FORMAT parquet)")
s3.upload_file(f"{kept.name}/c.parquet", "out", "c.parquet")
_, name = tempfile.mkstemp()
s3.download_file("raw", "d.csv", name)
pd.read_csv(name).to_parquet(tempfile.mkdtemp() + "/d.parquet")
pd.read_csv(name).to_parquet("s3://out/d.parquet")
