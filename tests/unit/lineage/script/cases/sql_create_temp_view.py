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

spark.sql("CREATE OR REPLACE TEMP VIEW recent AS SELECT id, ts FROM raw.log WHERE ts > '2020'")
spark.sql("select id as log_id from recent").write.saveAsTable("cur.recent")
