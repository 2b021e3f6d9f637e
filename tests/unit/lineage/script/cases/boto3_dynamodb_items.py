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

import boto3
table = boto3.resource("dynamodb").Table("scores")
for row in spark.table("a.b").collect():
    table.put_item(Item={"id": row["id"], "v": row["v"]})
with boto3.resource("dynamodb").Table("batch").batch_writer() as batch:
    for row in spark.table("a.c").toLocalIterator():
        batch.put_item(Item=row.asDict())
