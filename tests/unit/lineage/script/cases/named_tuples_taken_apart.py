from collections import namedtuple

from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
Feed = namedtuple("Feed", "name path kind")
for name, path, _ in [Feed("lifts", "s3://alp-raw/lifts", "csv"), Feed("huts", "s3://alp-raw/huts", "csv")]:
    spark.read.csv(path).write.saveAsTable(f"alp.{name}")
