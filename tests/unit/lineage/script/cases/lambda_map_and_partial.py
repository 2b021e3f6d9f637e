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

from functools import partial
def save(df, root, name):
    df.write.parquet(f"{root}/{name}")
store = partial(save, root="s3://o")
read = lambda n: spark.table("r." + n)
for n in map(str.lower, ["A", "B"]):
    store(read(n), name=n)
