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

def pipeline(name):
    base = f"s3://z/{name}"
    def read():
        return spark.read.orc(base + "/in")
    def write(df):
        df.write.orc(base + "/out")
    write(read())
pipeline("p1")
pipeline("p2")
