import os

import boto3
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
s3 = boto3.client("s3")
listed = s3.list_objects_v2(Bucket="zoo", Prefix="raw/animals/")


def newest_folder(bucket, prefix):
    objects = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    newest = max(objects, key=lambda entry: entry["LastModified"])["Key"]
    return f"s3://{bucket}/{newest.rsplit('/', 1)[0]}/"


spark.read.json(newest_folder("zoo", "raw/plants/")).write.csv("s3://out/1/")
keys = [entry["Key"] for entry in listed["Contents"]]
spark.read.json("s3://zoo/" + sorted(keys)[-1]).write.csv("s3://out/2/")
spark.read.json(f"s3://zoo/{max(keys)}").write.csv("s3://out/3/")
last = sorted(listed["Contents"], key=lambda entry: entry["LastModified"], reverse=True)[0]["Key"]
spark.read.json(f"s3://zoo/{os.path.dirname(last)}/").write.csv("s3://out/4/")
spark.read.json(f"s3://zoo/{'/'.join(last.split('/')[:-1])}/").write.csv("s3://out/5/")
for entry in boto3.resource("s3").Bucket("barn").objects.filter(Prefix="in/hay/"):
    top, name = entry.key.split("/")[0], entry.key.split("/")[-1]
    spark.read.json(f"s3://barn/{entry.key}").write.csv(f"s3://barn/{top}-out/{name}")
newest = None
for entry in listed["Contents"]:
    if newest is None or entry["LastModified"] > newest["LastModified"]:
        newest = entry
spark.read.json(f"s3://zoo/{newest['Key']}").write.csv("s3://out/6/")
