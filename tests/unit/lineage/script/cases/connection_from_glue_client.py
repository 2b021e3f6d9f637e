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

import boto3
def conn(name):
    c = boto3.client("glue").get_connection(Name=name, HidePassword=False)
    return c["Connection"]["ConnectionProperties"]
p = conn("oracle-prod")
df = spark.read.format("jdbc").option("url", p["JDBC_CONNECTION_URL"]).option("dbtable", "HR.EMPLOYEES").load()
df.write.parquet("s3://o/emp")
