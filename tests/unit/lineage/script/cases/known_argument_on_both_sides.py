import sys

from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
args = getResolvedOptions(sys.argv, ["stage", "source"])
if args["stage"] == "test":
    bucket = "test-lake"
elif args["stage"] == "live":
    bucket = "lake-" + args["stage"]
else:
    bucket = "lake-" + args["stage"]
source = args.get("source") or "s3://fallback/in"
if not args["source"]:
    source = "s3://other/in"
spark.read.parquet(source).write.parquet(f"s3://{bucket}/out")
