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

from datetime import datetime, timedelta
import time
today = datetime.now().strftime("%Y/%m/%d")
yesterday = (datetime.today() - timedelta(days=1)).strftime("%Y-%m-%d")
df = spark.read.parquet(f"s3://in/{today}/")
df.write.parquet("s3://out/dt=" + yesterday)
df.write.parquet("s3://out/y={}".format(datetime.utcnow().year))
df.write.parquet("s3://out/t/" + time.strftime("%Y%m%d"))
