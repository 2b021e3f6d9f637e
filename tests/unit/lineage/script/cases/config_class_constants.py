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

class Config:
    BUCKET = "data-lake"
    RAW = f"s3://{BUCKET}/raw"
    TABLES = ("users", "orders")
    @classmethod
    def target(cls, name):
        return f"s3://{cls.BUCKET}/clean/{name}"
    @staticmethod
    def source(name):
        return Config.RAW + "/" + name
for name in Config.TABLES:
    spark.read.json(Config.source(name)).write.parquet(Config.target(name))
