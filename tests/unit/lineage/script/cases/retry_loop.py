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

import time
def write(df, path):
    for attempt in range(3):
        try:
            df.write.mode("append").parquet(path)
            break
        except Exception as error:
            if attempt == 2:
                raise
            time.sleep(5)
df = spark.table("a.b")
write(df, "s3://o/x")
