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

common = {"className": "org.apache.hudi", "hoodie.table.name": "emp", "hoodie.datasource.hive_sync.database": "hr", "hoodie.datasource.hive_sync.table": "emp", "hoodie.datasource.hive_sync.enable": "true", "path": "s3://" + args["bucket"] + "/hudi/emp"}
extra = {"hoodie.datasource.write.operation": "upsert"}
combined = {**common, **extra}
src = glueContext.create_dynamic_frame.from_catalog(database="hr_raw", table_name="emp")
glueContext.write_dynamic_frame.from_options(frame=src, connection_type="marketplace.spark", connection_options=combined)
