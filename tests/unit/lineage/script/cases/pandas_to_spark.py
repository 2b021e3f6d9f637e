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

import pandas as pd
pdf = spark.table("a.b").toPandas()
pdf["x"] = pdf["y"] * 2
merged = pd.merge(pdf, pd.read_csv("s3://ref/c.csv"), on="id")
spark.createDataFrame(merged).write.parquet("s3://o/m")
