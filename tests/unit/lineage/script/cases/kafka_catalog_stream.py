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

df = glueContext.create_data_frame.from_catalog(database="streams", table_name="orders", additional_options={"startingOffsets": "earliest"})
def batch(frame, _):
    frame.write.mode("append").format("parquet").save("s3://lake/orders/")
glueContext.forEachBatch(frame=df, batch_function=batch, options={})
