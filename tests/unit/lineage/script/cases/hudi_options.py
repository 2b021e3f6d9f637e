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

hudi = {"hoodie.table.name": "trips", "hoodie.datasource.hive_sync.enable": "true", "hoodie.datasource.hive_sync.database": "lake", "hoodie.datasource.hive_sync.table": "trips"}
df = spark.read.json("s3://in/trips")
df.write.format("hudi").options(**hudi).mode("append").save("s3://lake-bucket/trips/")
