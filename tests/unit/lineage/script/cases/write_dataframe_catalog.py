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

df = spark.table("d.t")
glueContext.write_data_frame.from_catalog(frame=df, database="e", table_name="u", additional_options={})
glueContext.write_data_frame_from_catalog(frame=df, database="e", table_name="w")
x = glueContext.create_data_frame.from_catalog(database="d", table_name="v")
x.write.parquet("s3://o/v")
