import sys
from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()

if "--FROM" in sys.argv:
    source = getResolvedOptions(sys.argv, ["FROM"])["FROM"]
else:
    source = "s3://kiln/pots/"
if "--FROM" in sys.argv:
    target = "s3://kiln/asked/"
else:
    target = "s3://kiln/daily/"
spark.read.json(source).write.parquet(target)
