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
df = spark.table("r.t")
df.select(F.when(df.a.isNull(), df.b).when(F.col("c") == "z", F.lit(0)).otherwise(F.col("d")).alias("v")).write.saveAsTable("w.t")
