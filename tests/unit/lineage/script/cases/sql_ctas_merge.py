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

spark.sql("CREATE TABLE glue_catalog.cur.t USING iceberg AS SELECT * FROM raw.src")
updates = spark.read.parquet("s3://in/upd")
updates.createOrReplaceTempView("updates")
spark.sql("""MERGE INTO glue_catalog.cur.t AS t USING updates AS u ON t.id = u.id
WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *""")
