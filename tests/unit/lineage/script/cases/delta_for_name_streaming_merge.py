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

from delta.tables import *
def upsert(batch, batch_id):
    t = DeltaTable.forName(spark, "silver.users")
    t.alias("t").merge(source=batch.alias("s"), condition="t.id = s.id").whenMatchedUpdate(set={"a": "s.a"}).whenNotMatchedInsertAll().execute()
stream = spark.readStream.format("delta").load("s3://bronze/users")
stream.writeStream.foreachBatch(upsert).outputMode("update").start()
