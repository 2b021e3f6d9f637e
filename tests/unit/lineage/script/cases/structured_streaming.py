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

raw = (spark.readStream.format("kafka").option("kafka.bootstrap.servers", "b1:9092").option("subscribe", "orders").load())
parsed = raw.selectExpr("CAST(value AS STRING) as json")
q = parsed.writeStream.format("delta").option("checkpointLocation", "s3://tmp/ck").outputMode("append").start("s3://lake/orders")
def upsert(df, epoch):
    df.write.mode("append").saveAsTable("lake.orders_batch")
parsed.writeStream.foreachBatch(upsert).option("checkpointLocation", "s3://tmp/ck2").start().awaitTermination()
