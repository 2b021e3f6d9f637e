import sys

from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
form = getResolvedOptions(sys.argv, ["form"])["form"]
for shop in ("north", "south"):
    match form:
        case "orc":
            sold = spark.read.orc(f"s3://shops/{shop}/sold")
        case "avro" | "parquet":
            sold = spark.read.format(form).load(f"s3://shops/{shop}/sold")
        case _:
            raise ValueError(form)
    sold.write.parquet(f"s3://ledger/{shop}/sold")
