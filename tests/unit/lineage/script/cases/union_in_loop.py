import sys
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
args = getResolvedOptions(sys.argv, ["JOB_NAME", "bucket", "env"])
sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
job = Job(glueContext)

result = None
for t in ["a", "b", "c"]:
    df = spark.table(f"r.{t}")
    if result is None:
        result = df
    else:
        result = result.union(df)
result.write.parquet("s3://o/u")
