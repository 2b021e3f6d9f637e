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

# glueContext.create_dynamic_frame.from_catalog(database="old", table_name="gone")
dyf = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="t", redshift_tmp_dir="s3://tmp/rs")
glueContext.purge_s3_path("s3://o/x", {"retentionPeriod": 0})
glueContext.purge_table("d", "u")
"""
spark.table("in.comment")
"""
dyf.toDF().write.parquet("s3://o/x")
