import sys
from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()

from lake import exists, create

if exists("pond.fish"):
    rows = spark.table("pond.fish")
else:
    create("pond.fish")
    rows = spark.table("pond.new_fish")
if exists("pond.fish"):
    rows.write.parquet("s3://pond/fish/")
else:
    rows.write.parquet("s3://pond/none/")
