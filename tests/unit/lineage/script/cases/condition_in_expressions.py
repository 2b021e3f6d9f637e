import sys
from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()

import os


def setting(name):
    value = os.environ.get(name)
    return value or getResolvedOptions(sys.argv, [name])[name]


source = "toy.blocks" if setting("STAGE") == "live" else "toy.test_blocks"
with open("log.txt") as log:
    target = "s3://toy/live/" if setting("STAGE") == "live" else "s3://toy/test/"
spark.table(source).write.parquet(target)
