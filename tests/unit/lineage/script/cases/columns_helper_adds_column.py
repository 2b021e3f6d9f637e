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
def add(df, name, source):
    return df.withColumn(name, F.upper(F.col(source)))
df = spark.table("r.t")
for n in ["a", "b"]:
    df = add(df, n + "_up", n)
df.select("a_up", "b_up").write.saveAsTable("w.t")
