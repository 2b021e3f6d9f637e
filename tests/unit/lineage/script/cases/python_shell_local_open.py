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

import boto3, csv
rows = spark.table("a.b").collect()
with open("/tmp/x.csv", "w") as f:
    w = csv.DictWriter(f, fieldnames=["a"])
    w.writeheader()
    for r in rows:
        w.writerow(r.asDict())
boto3.client("s3").upload_file("/tmp/x.csv", "b", "x.csv")
