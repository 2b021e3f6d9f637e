import json

import boto3
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
s3 = boto3.client("s3")
spark.table("kites.flights").write.parquet("s3://kite-lake/flights/")
winds = json.loads(s3.get_object(Bucket="kite-raw", Key="winds.json")["Body"].read())
s3.put_object(Bucket="kite-raw", Key="winds.json", Body=json.dumps(winds))
s3.put_object(Bucket="kite-lake", Key="winds.json", Body=json.dumps(winds))
