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

CONFIG = {"users": {"src": "s3://i/u", "dst": "s3://o/u"}, "items": {"src": "s3://i/i", "dst": "s3://o/i"}}
for name, cfg in CONFIG.items():
    spark.read.json(cfg["src"]).write.parquet(cfg["dst"])
