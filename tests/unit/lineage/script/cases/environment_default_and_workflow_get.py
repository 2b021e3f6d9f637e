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

import os, boto3
run = boto3.client("glue").get_workflow_run_properties(Name="w", RunId="r")
path = run.get("RunProperties", {}).get("silver_path")
spark.read.parquet(path).write.parquet(os.getenv("OUT", "s3://o") + "/t")
