import sys
from datetime import datetime, timedelta

from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
args = getResolvedOptions(sys.argv, ["day"])
day = datetime.strptime(args["day"], "%Y%m%d")
before = day - timedelta(days=1)
spark.read.json(f"s3://rain/{day.year}/{day:%m}/{day.strftime('%d')}").write.parquet(f"s3://wet/{day:%Y-%m-%d}")
spark.read.json(f"s3://snow/{before:%Y-%m-%d}").write.parquet("s3://wet/" + args["day"])
