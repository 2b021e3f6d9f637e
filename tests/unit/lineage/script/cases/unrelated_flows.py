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

a = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="a")
b = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="b")
glueContext.write_dynamic_frame.from_options(frame=a, connection_type="s3", connection_options={"path": "s3://o/a"}, format="csv")
glueContext.write_dynamic_frame.from_options(frame=b, connection_type="s3", connection_options={"path": "s3://o/b"}, format="csv")
