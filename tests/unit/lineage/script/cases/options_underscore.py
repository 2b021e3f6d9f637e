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

a = glueContext.create_dynamic_frame_from_options("s3", {"paths": ["s3://in/a/", "s3://in/b/"], "recurse": True}, format="json")
glueContext.write_dynamic_frame_from_options(frame=a, connection_type="s3", connection_options={"path": "s3://out/c"}, format="orc")
