import boto3
import duckdb

s3 = boto3.client("s3")
s3.download_file("raw", "work.duckdb", "/tmp/work.duckdb")


def fill():
    with duckdb.connect("/tmp/work.duckdb") as con:
        con.execute("CREATE TABLE sales AS SELECT * FROM 's3://raw/sales.parquet'")
        con.execute("CREATE TABLE both AS SELECT * FROM sales UNION ALL SELECT * FROM old_sales")


def report():
    con = duckdb.connect("/tmp/work.duckdb", read_only=True)
    con.execute("COPY sales TO 's3://out/sales.csv'")
    con.execute("COPY old_sales TO 's3://out/old_sales.csv'")


fill()
report()
s3.upload_file("/tmp/work.duckdb", "out", "work.duckdb")
