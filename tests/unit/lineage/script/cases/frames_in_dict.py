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

frames = {}
for t in ("a", "b"):
    frames[t] = spark.table("r." + t)
joined = frames["a"].join(frames["b"], "id")
joined.write.parquet("s3://o/j")
frames["a"].write.parquet("s3://o/a")
