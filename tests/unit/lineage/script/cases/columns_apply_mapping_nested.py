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
from pyspark.sql import functions as F
d = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="t")
m = d.apply_mapping([("user.id", "string", "user_id", "string"), ("`dotted.name`", "string", "dotted", "string"), ("plain", "plain2")])
glueContext.write_dynamic_frame.from_catalog(frame=m, database="d", table_name="u")
