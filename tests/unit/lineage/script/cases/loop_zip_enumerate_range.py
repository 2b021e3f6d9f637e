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

src = ["a", "b"]
dst = ["c", "d"]
for s, t in zip(src, dst):
    spark.table("r." + s).write.saveAsTable("w." + t)
for i, s in enumerate(src):
    spark.table("r2." + s).write.saveAsTable("w2.t%d" % i)
for n in range(2):
    spark.read.csv("s3://in/part-{}".format(n)).write.csv("s3://out/part-" + str(n))
