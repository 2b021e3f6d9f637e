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

src = glueContext.getSource("s3", paths=["s3://raw/y/"], recurse=True)
src.setFormat("json")
frame = src.getFrame()
snk = glueContext.getSink("s3", path="s3://cur/y")
snk.setFormat("avro")
snk.writeFrame(frame)
