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
from pyspark.sql import functions as F
df = spark.table("r.t")
df.groupBy("k").agg({"v": "max"}).write.saveAsTable("w.a")
df.groupBy("k").agg(F.avg("v")).write.saveAsTable("w.b")
df.groupBy("k").sum("v").write.saveAsTable("w.c")
df.agg(F.max("v").alias("top")).write.saveAsTable("w.d")
