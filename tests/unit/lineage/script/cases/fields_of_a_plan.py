import sys
from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()

import json

import boto3

plan = json.loads(boto3.client("s3").get_object(Bucket="plans", Key="p.json")["Body"].read())
for step in plan["steps"]:
    spark.table(step["source"]).write.insertInto(step["target"])
