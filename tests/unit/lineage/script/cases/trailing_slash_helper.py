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

def clean(path):
    if path.endswith("/"):
        return path[:-1]
    return path
spark.table("a.b").write.parquet(clean("s3://" + args["bucket"] + "/x/") + "/y")
spark.table("a.c").write.parquet(clean(args["target"]) + "/z")
