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
from pyspark.sql.types import StringType
clean = F.udf(lambda v: v.strip(), StringType())
@F.udf(returnType=StringType())
def mask(v):
    return "***"
df = spark.table("r.t")
df.select(clean(F.col("a")).alias("a_clean"), mask(df.b).alias("b_mask")).write.saveAsTable("w.t")
