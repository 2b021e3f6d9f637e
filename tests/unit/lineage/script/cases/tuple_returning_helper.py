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

def load_all():
    users = spark.table("r.users")
    orders = spark.table("r.orders")
    return users, orders
def paths(env):
    return {"u": f"s3://{env}/u", "o": f"s3://{env}/o"}
u, o = load_all()
p = paths("lake")
u.write.parquet(p["u"])
o.write.parquet(p["o"])
