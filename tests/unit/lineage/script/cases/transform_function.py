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

def clean(df):
    return df.dropna()
def add(df, other):
    return df.join(other, "id")
ref = spark.table("r.ref")
spark.table("r.t").transform(clean).transform(lambda d: add(d, ref)).write.parquet("s3://o/t")
