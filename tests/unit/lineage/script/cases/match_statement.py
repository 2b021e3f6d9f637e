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

match args["env"]:
    case "prod":
        bucket = "p"
    case "dev" | "test":
        bucket = "d"
    case _:
        bucket = "x"
spark.table("a.b").write.parquet(f"s3://{bucket}/t")
