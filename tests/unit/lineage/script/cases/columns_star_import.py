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
from pyspark.sql.functions import *
df = spark.table("r.t")
df.groupBy("k").agg(sum("v").alias("total"), max("ts").alias("last"), countDistinct("u").alias("users")).write.saveAsTable("w.t")
