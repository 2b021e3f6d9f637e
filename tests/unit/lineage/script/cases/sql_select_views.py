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

a = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="a").toDF()
a.createOrReplaceTempView("va")
out = spark.sql("""
    SELECT va.id, upper(va.name) AS name, c.country
    FROM va LEFT JOIN ref.countries c ON va.cc = c.code
""")
out.write.parquet("s3://o/joined")
