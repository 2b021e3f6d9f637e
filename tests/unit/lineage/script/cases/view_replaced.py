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

spark.table("a.one").createOrReplaceTempView("v")
first = spark.sql("select * from v")
spark.table("a.two").createOrReplaceTempView("v")
second = spark.sql("select * from v")
first.write.parquet("s3://o/first")
second.write.parquet("s3://o/second")
