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

source = glueContext.create_data_frame.from_options(connection_type="kinesis", connection_options={"streamARN": "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks", "classification": "json"})
def processBatch(data_frame, batchId):
    if data_frame.count() > 0:
        dyf = DynamicFrame.fromDF(data_frame, glueContext, "from_data_frame")
        m = ApplyMapping.apply(frame=dyf, mappings=[("u", "string", "user", "string")])
        glueContext.write_dynamic_frame.from_options(frame=m, connection_type="s3", connection_options={"path": "s3://lake/clicks/"}, format="parquet")
glueContext.forEachBatch(frame=source, batch_function=processBatch, options={"windowSize": "60 seconds", "checkpointLocation": "s3://tmp/ckpt"})
