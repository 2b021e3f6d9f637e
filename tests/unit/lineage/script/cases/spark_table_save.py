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

t = spark.table("raw.trips")
u = spark.read.table("raw.zones")
j = t.join(u, t.zone == u.id, "inner").select(t.id, u.name.alias("zone_name"))
j.write.mode("overwrite").saveAsTable("cur.trips")
j.write.insertInto("cur.trips_log", overwrite=True)
