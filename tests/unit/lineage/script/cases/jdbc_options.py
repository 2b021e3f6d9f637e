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

conn = {"url": "jdbc:postgresql://pg.internal:5432/shop", "dbtable": "public.users", "user": "u", "password": "p"}
dyf = glueContext.create_dynamic_frame.from_options(connection_type="postgresql", connection_options=conn)
conn["dbtable"] = "public.users_copy"
glueContext.write_dynamic_frame.from_options(frame=dyf, connection_type="postgresql", connection_options=conn)
