import json

import boto3
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()

# rows of a table that was just written are only shown
spark.read.csv("s3://mill-raw/flour/").write.mode("append").saveAsTable("mill.flour")
spark.sql("SELECT * FROM mill.flour LIMIT 5").show()
print(spark.table("mill.flour").count())

# ... but here they go on
spark.table("mill.flour").write.parquet("s3://mill-lake/copy/")

# only the columns are asked for
shape = spark.table("mill.shape").schema
names = spark.sql("SELECT * FROM mill.names LIMIT 0").columns
none = spark.sql("SELECT * FROM mill.none WHERE 1 = 0")
spark.read.schema(shape).json("s3://mill-raw/sacks/").write.saveAsTable("mill.sacks")

# Iceberg's metadata steers the job; as data it is an input
newest = spark.sql("SELECT max(snapshot_id) FROM glue_catalog.mill.grain.snapshots").collect()[0][0]
spark.table("glue_catalog.mill.grain.history").show()
spark.table("glue_catalog.mill.stones.files").write.parquet("s3://mill-lake/stone_files/")

# an input that is shown stays one: it is not the job's own
spark.table("mill.visitors").show()

# what the job keeps for its next run
s3 = boto3.client("s3")
since = json.loads(s3.get_object(Bucket="mill-ops", Key="since.json")["Body"].read())["until"]
s3.put_object(Bucket="mill-ops", Key="since.json", Body=json.dumps({"until": "2026-11-30"}))

# read back, and of use: an object like any other
text = s3.get_object(Bucket="mill-ops", Key="prices.csv")["Body"].read()
s3.put_object(Bucket="mill-ops", Key="prices.csv", Body=text)
