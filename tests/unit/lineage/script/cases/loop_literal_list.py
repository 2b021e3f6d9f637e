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

for t in ["a", "b"]:
    d = glueContext.create_dynamic_frame.from_catalog(database="raw", table_name=t)
    glueContext.write_dynamic_frame.from_options(frame=d, connection_type="s3", connection_options={"path": f"s3://o/{t}/"}, format="parquet")
