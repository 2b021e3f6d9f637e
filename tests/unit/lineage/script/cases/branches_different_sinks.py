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

df = spark.table("a.b")
if args["env"] == "prod":
    path = "s3://prod/x"
else:
    path = "s3://dev/x"
df.write.parquet(path)
if df.count() > 0:
    df.write.saveAsTable("c.nonempty")
else:
    spark.table("a.empty").write.saveAsTable("c.empty")
