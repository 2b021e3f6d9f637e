import awswrangler as wr
import boto3
import duckdb
from deltalake import DeltaTable

paths = ["s3://raw/a.parquet", "s3://raw/b.parquet"]
duckdb.execute(f"COPY (SELECT * FROM read_parquet({paths})) TO 's3://out/ab.parquet'")
duckdb.execute("COPY (SELECT * FROM read_csv({})) TO 's3://out/cd.csv'".format(["s3://raw/c.csv"]))
duckdb.sql("SELECT * FROM read_parquet(" + str(paths[1:]) + ")").write_csv("s3://out/b.csv")

listing = boto3.client("s3").list_objects_v2(Bucket="raw", Prefix="e/")
keys = [f"s3://raw/{found['Key']}" for found in listing["Contents"]]
duckdb.sql(f"COPY (SELECT * FROM read_parquet({keys})) TO 's3://out/e.parquet'")

location = wr.catalog.get_table_location(database="sales", table="orders")
DeltaTable(location).to_pandas().to_csv("s3://out/orders.csv")
