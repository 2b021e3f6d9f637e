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

from delta.tables import DeltaTable
src = spark.read.parquet("s3://in/c")
target = DeltaTable.forPath(spark, "s3://delta/c")
(target.alias("t").merge(src.alias("s"), "t.id = s.id").whenMatchedUpdateAll().whenNotMatchedInsertAll().execute())
spark.read.format("delta").load("s3://delta/c").write.format("delta").mode("overwrite").save("s3://delta/d")
