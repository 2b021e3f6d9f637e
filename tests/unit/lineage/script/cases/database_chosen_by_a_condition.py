import sys

from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

mode = getResolvedOptions(sys.argv, ["mode"])["mode"]
spark = SparkSession.builder.getOrCreate()
database = "sand" if mode == "test" else "core"
spark.catalog.setCurrentDatabase(database)
spark.table("pumps").write.parquet(f"s3://pump-lake/{database}/pumps")
spark.sql("SELECT * FROM valves").write.parquet(f"s3://pump-lake/{database}/valves")
