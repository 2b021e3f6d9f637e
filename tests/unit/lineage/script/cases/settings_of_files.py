import configparser
import json

import boto3
import yaml
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
settings = configparser.ConfigParser()
settings.read("job.ini")
spark.read.parquet(settings["in"]["place"]).write.parquet(settings.get("out", "place"))

plan = json.load(boto3.client("s3").get_object(Bucket="plans", Key="p.json")["Body"])
spark.read.csv(plan["from"]).write.parquet(plan["to"]["path"])

with open("job.yaml") as handle:
    spark.table(yaml.safe_load(handle)["table"]).write.parquet("s3://ponds/t")

tanks = yaml.safe_load("""
tanks:
  - name: carp
    at: s3://ponds/carp
    deep: true
  - name: pike
    at: s3://ponds/pike
    deep: false
""")
for tank in tanks["tanks"]:
    if tank["deep"]:
        spark.read.json(tank["at"]).write.saveAsTable("ponds." + tank["name"])
