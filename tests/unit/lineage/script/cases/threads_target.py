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

import threading
def work(src, dst):
    spark.read.csv(src).write.csv(dst)
threads = []
for n in ("x", "y"):
    t = threading.Thread(target=work, args=(f"s3://i/{n}", f"s3://o/{n}"))
    t.start()
    threads.append(t)
for t in threads:
    t.join()
