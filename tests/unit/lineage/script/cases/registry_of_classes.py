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

class Users:
    def run(self):
        spark.table("r.users").write.saveAsTable("w.users")
class Items:
    def run(self):
        spark.table("r.items").write.saveAsTable("w.items")
REGISTRY = {"users": Users, "items": Items}
REGISTRY[args["env"]]().run()
