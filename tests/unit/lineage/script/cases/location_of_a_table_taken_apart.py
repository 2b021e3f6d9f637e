from urllib.parse import urlparse

import boto3
from pyspark.sql import SparkSession
from tools.paths import split_s3_uri

spark = SparkSession.builder.getOrCreate()
glue, s3 = boto3.client("glue"), boto3.client("s3")
place = glue.get_table(DatabaseName="raw", Name="lifts")["Table"]["StorageDescriptor"]["Location"]

# the objects below a table's location are the table's
parts = place.split("/")
bucket, prefix = parts[2], "/".join(parts[3:])
keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]]
for path in sorted([f"s3://{bucket}/{key}" for key in keys]):
    spark.read.csv(path).writeTo("glue_catalog.clean.lifts").append()
url = urlparse(place)
spark.read.parquet(f"s3://{url.netloc}{url.path}").write.parquet("s3://out/parsed/")
bucket, key = place.replace("s3://", "").split("/", 1)
s3.copy_object(CopySource={"Bucket": bucket, "Key": key + "/a.csv"}, Bucket="out", Key="a.csv")

# helpers of other modules that take URLs apart
bucket, key = split_s3_uri("s3://lifts/raw/b.csv")
spark.read.csv(f"s3://{bucket}/{key}").write.csv(f"s3://{bucket}/clean/")

# what is added with a slash, or as a partition, is the table's; else it is another place
rows = spark.read.csv("s3://raw/lifts.csv")
rows.write.parquet(place.rstrip("/") + "/year=2026/")
rows.write.parquet(place + "year=2027/")
rows.write.parquet(place.rstrip("/") + "_backup/")

# in SQL as well
spark.sql(f"INSERT INTO glue_catalog.clean.copies SELECT * FROM parquet.`{place}`")
