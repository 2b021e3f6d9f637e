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

STATEMENTS = [
    "CREATE OR REPLACE TEMPORARY VIEW s1 AS SELECT * FROM raw.e WHERE k = 1",
    "CREATE OR REPLACE TEMPORARY VIEW s2 AS SELECT a, b FROM s1",
    "INSERT OVERWRITE TABLE mart.e SELECT a, b FROM s2",
]
for statement in STATEMENTS:
    print(statement)
    spark.sql(statement)
