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

db = "dw"
cols = ", ".join(["id", "name"])
q = "WITH base AS (SELECT " + cols + " FROM " + db + ".customers) "
q += "SELECT b.id, b.name, o.total FROM base b "
q += "JOIN {0}.orders o ON o.cid = b.id".format(db)
spark.sql(q).write.mode("overwrite").parquet("s3://o/q")
