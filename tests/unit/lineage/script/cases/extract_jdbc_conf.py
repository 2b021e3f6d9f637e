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

conf = glueContext.extract_jdbc_conf("pg-conn")
df = spark.read.format("jdbc").option("url", conf["url"]).option("dbtable", "public.people").option("user", conf["user"]).load()
df.write.parquet("s3://o/people")
