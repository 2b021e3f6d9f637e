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

a = spark.read.format("csv").options(header=True, path="s3://in/p").load()
a.write.format("csv").option("path", "s3://out/p").mode("append").save()
a.write.save(path="s3://out/q", format="json", mode="overwrite")
