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

d = glueContext.create_dynamic_frame.from_options(connection_type="dynamodb", connection_options={"dynamodb.input.tableName": "carts", "dynamodb.throughput.read.percent": "1.0"})
glueContext.write_dynamic_frame_from_options(frame=d, connection_type="dynamodb", connection_options={"dynamodb.output.tableName": "carts_copy"})
