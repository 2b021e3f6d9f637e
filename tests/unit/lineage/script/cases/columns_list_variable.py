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
COLS = ["id", "name"]
spark.table("r.t").select(*COLS).write.saveAsTable("w.a")
spark.table("r.t").select(COLS + ["extra"]).write.saveAsTable("w.b")
spark.table("r.t").select([F.col(c).alias(c.upper()) for c in COLS]).write.saveAsTable("w.c")
