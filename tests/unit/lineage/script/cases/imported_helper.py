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

from my_lib.utils import read_table, enrich, get_config
conf = get_config("prod")
df = spark.table("a.b")
other = spark.table("a.c")
out = enrich(df, lookup=other)
out.write.parquet("s3://o/" + conf["path"])
