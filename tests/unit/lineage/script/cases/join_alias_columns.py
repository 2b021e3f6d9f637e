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

from pyspark.sql.functions import col
a = spark.table("r.a").alias("x")
b = spark.table("r.b").alias("y")
a.join(b, col("x.id") == col("y.aid"), "left").select("x.id", col("y.name").alias("label")).write.saveAsTable("w.j")
