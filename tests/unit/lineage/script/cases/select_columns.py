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
from pyspark.sql.functions import col, lit, when
df = spark.table("r.p")
out = df.select("id", col("Name").alias("name"), F.concat(F.col("a"), F.lit("-"), df["b"]).alias("ab"), df.c.cast("int").alias("c_int"))
out = out.withColumn("flag", when(col("c_int") > 0, "y").otherwise("n")).drop("id")
out.write.saveAsTable("w.p")
