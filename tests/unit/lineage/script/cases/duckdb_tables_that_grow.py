import boto3
import duckdb
import pandas as pd

boto3.client("s3").download_file("raw", "people.parquet", "/tmp/people.parquet")
con = duckdb.connect("/tmp/work.duckdb")
con.execute("CREATE TABLE IF NOT EXISTS sales (id INT, amount DOUBLE)")
con.execute("INSERT INTO sales SELECT * FROM read_csv(?)", ["s3://raw/sales.csv"])
con.append("sales", pd.read_csv("s3://raw/late.csv"))
con.read_parquet("s3://raw/more.parquet").insert_into("sales")
con.execute(
    "UPDATE main.sales SET amount = f.amount FROM read_parquet($path) f WHERE f.id = sales.id",
    {"path": "s3://raw/fixes.parquet"},
)
con.execute("DELETE FROM sales WHERE amount IS NULL")
con.execute("COPY work.main.sales TO 's3://out/sales.parquet' (FORMAT parquet)")
con.execute("COPY (SELECT * FROM read_parquet('/tmp/people.parquet')) TO 's3://out/people.csv'")
con.execute("COPY (SELECT 1 AS x) TO 's3://out/done.csv'")
