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

import asyncio
async def one(n):
    spark.table("r." + n).write.saveAsTable("w." + n)
async def main():
    await asyncio.gather(*[one(n) for n in ("a", "b")])
asyncio.run(main())
