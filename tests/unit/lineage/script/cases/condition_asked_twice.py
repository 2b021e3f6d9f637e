import sys
from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "load_type"])
glueContext = GlueContext(SparkContext())
spark = glueContext.spark_session

load_type = args["load_type"]
if load_type == "full":
    orders = spark.table("shop.orders")
elif load_type == "delta":
    orders = spark.table("shop.orders_changes")
else:
    raise ValueError(load_type)
orders = orders.dropDuplicates(["id"])
suffix = "all" if load_type != "delta" else "changed"
if load_type == "full":
    orders.write.mode("overwrite").parquet("s3://lake/orders/full/")
elif load_type == "delta":
    orders.write.mode("append").parquet("s3://lake/orders/delta/")
orders.write.parquet(f"s3://lake/copies/{suffix}/")
