import sys
from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "load_type"])
glueContext = GlueContext(SparkContext())
spark = glueContext.spark_session

targets = {"order": "orders", "refund": "refunds"}
events = spark.table("raw.events")
for row in events.select("kind").distinct().collect():
    name = targets[row["kind"]]
    events.filter(events.kind == row["kind"]).writeTo(f"glue_catalog.lake.{name}").append()
