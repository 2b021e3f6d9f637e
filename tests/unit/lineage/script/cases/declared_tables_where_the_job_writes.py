import sys

import boto3
from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

args = getResolvedOptions(sys.argv, ["JOB_NAME", "lake-bucket"])
spark = SparkSession.builder.getOrCreate()
glue = boto3.client("glue")
root = f"s3://{args['lake_bucket']}/curated"

# CREATE EXTERNAL TABLE after the write, with a slash less
spark.read.json("s3://moor-raw/sheep/").write.parquet(f"{root}/sheep/")
spark.sql(f"CREATE EXTERNAL TABLE IF NOT EXISTS moor.sheep (id int) LOCATION '{root}/sheep'")

# a partition is written, and the table begins above it
spark.read.json("s3://moor-raw/wool/").write.parquet(f"{root}/wool/day=1/")
spark.sql(f"ALTER TABLE moor.wool ADD PARTITION (day=1) LOCATION '{root}/wool/day=1'")
spark.read.json("s3://moor-raw/dogs/").write.parquet(f"{root}/dogs/day=1/")
glue.batch_create_partition(
    DatabaseName="moor",
    TableName="dogs",
    PartitionInputList=[
        {"Values": ["1"], "StorageDescriptor": {"Location": f"{root}/dogs/day=1/"}}
    ],
)

# Athena
spark.read.json("s3://moor-raw/gates/").write.parquet(f"{root}/gates/")
boto3.client("athena").start_query_execution(
    QueryString=f"CREATE EXTERNAL TABLE gates (id int) STORED AS PARQUET LOCATION '{root}/gates/'",
    QueryExecutionContext={"Database": "moor"},
)

# update in one branch, create in the other
entry = {"Name": "fences", "StorageDescriptor": {"Columns": [], "Location": f"{root}/fences/"}}
try:
    glue.update_table(DatabaseName="moor", TableInput=entry)
except glue.exceptions.EntityNotFoundException:
    glue.create_table(DatabaseName="moor", TableInput=entry)
spark.read.json("s3://moor-raw/fences/").write.parquet(f"{root}/fences/")

# a table that is pointed at what was written
spark.read.json("s3://moor-raw/becks/").write.parquet(f"{root}/becks/v2/")
spark.sql(f"ALTER TABLE moor.becks SET LOCATION '{root}/becks/v2/'")

# declared where the job does not write, or nowhere: no output
spark.sql("CREATE EXTERNAL TABLE moor.raw_sheep (id int) LOCATION 's3://moor-raw/sheep/'")
spark.sql("CREATE TABLE moor.plans (id int)")
glue.create_table(DatabaseName="moor", TableInput={"Name": "nowhere"})
spark.sql(f"CREATE EXTERNAL TABLE moor.hidden (id int) LOCATION '{root}/sheepskin/'")
