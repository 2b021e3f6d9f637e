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

a = spark.read.option("header", "true").csv("s3://in/a.csv")
b = spark.read.format("json").option("multiline", True).load("s3a://in/b/")
c = spark.read.load("s3://in/c", format="parquet")
d = spark.read.parquet("s3://in/d1", "s3://in/d2")
e = spark.read.schema("id int").orc("s3n://in/e/*")
x = a.unionByName(b).union(c).union(d).union(e)
x.coalesce(1).write.mode("overwrite").partitionBy("dt").parquet("s3://out/x")
