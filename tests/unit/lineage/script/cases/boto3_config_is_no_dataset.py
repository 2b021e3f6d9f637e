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

import boto3, json
s3 = boto3.client("s3")
cfg = json.loads(s3.get_object(Bucket="conf", Key="job.json")["Body"].read())
df = spark.table("a.b")
df.write.parquet("s3://o/x")
