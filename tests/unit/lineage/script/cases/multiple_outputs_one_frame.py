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

events = spark.read.json("s3://i/events")
errors = events.where("level = 'error'")
(errors.groupBy("service").count().write.mode("overwrite").format("parquet").option("compression", "gzip").save("s3://o/err"))
events.subtract(errors).write.partitionBy("day").parquet("s3://o/ok")
