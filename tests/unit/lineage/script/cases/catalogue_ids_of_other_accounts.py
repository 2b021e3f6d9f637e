import awswrangler as wr
import boto3
from pyspark.sql import SparkSession

spark = SparkSession.builder.config(
    "spark.hadoop.hive.metastore.glue.catalogid", "210987654321"
).getOrCreate()
spark.sql("INSERT INTO mart.orders SELECT * FROM raw.orders")

events = wr.s3.read_parquet_table(table="events", database="raw", catalog_id="210987654321")
wr.s3.to_parquet(events, path="s3://own/events/", dataset=True, database="own", table="events")

found = boto3.client("glue").get_table(CatalogId="210987654321", DatabaseName="raw", Name="clicks")
clicks = spark.read.parquet(found["Table"]["StorageDescriptor"]["Location"])
clicks.write.parquet("s3://own/clicks/")
