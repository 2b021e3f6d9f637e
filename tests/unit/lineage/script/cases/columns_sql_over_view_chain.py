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
spark.table("r.t").select(F.col("a").alias("k"), "b").createOrReplaceTempView("v1")
spark.sql("create temporary view v2 as select k, max(b) as mb from v1 group by k")
spark.sql("select k as key, mb from v2").write.saveAsTable("w.t")
