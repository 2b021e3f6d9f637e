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

dyf = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="nested")
dfc = Relationalize.apply(frame=dyf, staging_path="s3://tmp/stage", name="root")
root = dfc.select("root")
glueContext.write_dynamic_frame.from_options(frame=root, connection_type="s3", connection_options={"path": "s3://o/root"}, format="parquet")
for key in dfc.keys():
    part = dfc.select(key)
    glueContext.write_dynamic_frame.from_options(frame=part, connection_type="s3", connection_options={"path": "s3://o/parts/" + key}, format="parquet")
