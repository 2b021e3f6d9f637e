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

env = args["env"]
db = "sales_%s" % env
table = "orders_{}".format(env)
path = f"s3://{args['bucket']}/{env}/" + "out"
named = "{b}/{t}".format(b="s3://x", t=table)
dyf = glueContext.create_dynamic_frame.from_catalog(database=db, table_name=table)
dyf.toDF().write.parquet(path)
dyf.toDF().write.parquet(named)
