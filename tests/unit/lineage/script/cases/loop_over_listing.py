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
client = boto3.client("glue")
for table in client.get_tables(DatabaseName="raw")["TableList"]:
    name = table["Name"]
    d = glueContext.create_dynamic_frame.from_catalog(database="raw", table_name=name)
    d.toDF().write.parquet("s3://o/" + name)
