import os
import re
import sys
from io import BytesIO
from urllib.parse import urlparse

import boto3
import pandas as pd
from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

args = getResolvedOptions(sys.argv, ["one", "two", "three", "four", "five", "six", "pair", "known"])
spark = SparkSession.builder.getOrCreate()
s3 = boto3.client("s3")


def split_url(url):
    parts = urlparse(url, allow_fragments=False)
    return parts.netloc, parts.path.lstrip("/")


# put together again, it is the whole URL
bucket, key = args["one"].replace("s3://", "").split("/", 1)
spark.read.csv(f"s3://{bucket}/{key}").write.csv("s3://out/one/")
parts = args["two"].split("/")
body = s3.get_object(Bucket=parts[2], Key="/".join(parts[3:]))["Body"].read()
pd.read_csv(BytesIO(body)).to_csv("s3://out/two.csv")
found = re.match(r"s3://([^/]+)/(.+)", args["three"])
s3.copy_object(
    CopySource={"Bucket": found.group(1), "Key": found.group(2)}, Bucket="out", Key="three"
)
bucket, _, key = args["four"].partition("://")[2].partition("/")
spark.read.csv("s3a://" + bucket + "/" + key).write.csv("s3://out/four/")
bucket, key = split_url(args["five"])
spark.read.csv("s3://%s/%s" % (bucket, key)).write.csv("s3://out/five/")
bucket, key = split_url(args["known"])
spark.read.csv(f"s3://{bucket}/{key}").write.csv("s3://out/known/")

# only the bucket, or only the key
bucket = re.sub(r"^s3://", "", args["six"]).split("/")[0]
spark.read.csv(f"s3://{bucket}/fixed/").write.csv("s3://out/six/")
spark.read.csv(f"s3://other/{split_url(os.environ['URL'])[1]}").write.csv("s3://out/env/")

# no URL
database, table = args["pair"].split(".")
spark.table(f"{database}.{table}").write.csv("s3://out/pair/")
