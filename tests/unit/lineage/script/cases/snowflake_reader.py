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

sf = {"sfURL": "acme.eu-west-1.snowflakecomputing.com", "sfDatabase": "DW", "sfSchema": "PUBLIC", "sfUser": "u"}
df = spark.read.format("net.snowflake.spark.snowflake").options(**sf).option("dbtable", "ORDERS").load()
df.write.parquet("s3://o/orders")
