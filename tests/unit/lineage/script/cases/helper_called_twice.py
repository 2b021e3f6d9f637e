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

def load(db, table):
    return glueContext.create_dynamic_frame.from_catalog(database=db, table_name=table).toDF()
def store(df, name, bucket="lake"):
    df.write.mode("overwrite").parquet("s3://{}/{}/".format(bucket, name))
store(load("raw", "a"), "a")
store(load("raw", "b"), name="b", bucket="other")
