import sys
from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()

import os


def option(name, default):
    try:
        return getResolvedOptions(sys.argv, [name])[name]
    except Exception:
        return default


class Config:
    def __init__(self):
        try:
            self.bucket = os.environ["BUCKET"]
        except KeyError:
            self.bucket = "test-bucket"


try:
    args = getResolvedOptions(sys.argv, ["DB", "OUT"])
except Exception:
    args = {"DB": "dev", "OUT": "out"}
try:
    rows = spark.table(f"{args['DB']}.{option('TABLE', 'tea')}")
except Exception:
    rows = spark.read.parquet("s3://backup/tea/")
rows.write.parquet(f"s3://{Config().bucket}/{args['OUT']}/")
