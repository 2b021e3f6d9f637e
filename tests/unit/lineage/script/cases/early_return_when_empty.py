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

def process(name, target):
    df = spark.table(name)
    if df.rdd.isEmpty():
        print("nothing")
        return None
    out = df.filter("x > 1")
    out.write.parquet(target)
    return out
res = process("a.b", "s3://o/b")
if res:
    res.write.saveAsTable("w.b")
