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

from functools import reduce
from pyspark.sql import DataFrame
names = ["a", "b", "c"]
frames = [spark.table(f"r.{n}") for n in names if n != "c"]
everything = reduce(DataFrame.unionByName, frames)
everything.write.parquet("s3://o/all")
paths = ["s3://i/%s" % n for n in names]
spark.read.parquet(*paths).write.parquet("s3://o/paths")
