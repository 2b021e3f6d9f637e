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
base = "s3://Lake/".rstrip("/")
name = "Orders-2024".lower().replace("-", "_")
key = "a,b".split(",")
spark.read.csv(os.path.join(base, "in", name)).write.csv(os.path.join(base, "out", key[1], name.upper()))
parts = "/".join(["s3:/", "bucket", "k"])
spark.table("x.y").write.csv(parts)
