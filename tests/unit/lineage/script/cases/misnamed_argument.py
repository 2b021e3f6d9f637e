import sys
from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "load_type"])
glueContext = GlueContext(SparkContext())
spark = glueContext.spark_session

from concurrent.futures import ThreadPoolExecutor


def report(frame, kind):
    frame.groupBy(kind).count().write.parquet(f"s3://reports/{kind}/")


sales = spark.table("shop.sales")
with ThreadPoolExecutor() as pool:
    pool.submit(report, data=sales, kind="region")
