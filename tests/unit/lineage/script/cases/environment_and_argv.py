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

import os
bucket = os.environ["BUCKET"]
db = os.getenv("DB_NAME")
other = os.environ.get("OTHER", "fallback")
spark.table(f"{db}.t").write.parquet(f"s3://{bucket}/t")
spark.table("x.y").write.parquet("s3://" + other + "/" + sys.argv[1])
