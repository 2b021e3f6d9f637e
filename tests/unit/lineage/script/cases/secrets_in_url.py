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
secret = json.loads(boto3.client("secretsmanager").get_secret_value(SecretId="db")["SecretString"])
url = f"jdbc:postgresql://{secret['host']}:5432/app"
df = spark.read.format("jdbc").options(url=url, dbtable="public.users", user=secret["username"], password=secret["password"]).load()
df.write.parquet("s3://o/users")
