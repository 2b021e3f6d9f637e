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

last = spark.sql("select max(ts) as m from lake.t").collect()[0]["m"]
new = spark.table("raw.t").filter(f"ts > '{last}'")
new.write.mode("append").saveAsTable("lake.t")
