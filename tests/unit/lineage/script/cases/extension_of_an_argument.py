import sys
from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "load_type", "source"])
glueContext = GlueContext(SparkContext())
spark = glueContext.spark_session

import os

source = args["source"]
extension = os.path.splitext(source)[1].lower()
if extension == ".csv":
    rows = spark.read.option("header", "true").csv(source)
elif extension == ".json":
    rows = spark.read.json(source)
rows.write.parquet("s3://clean/rows/")
