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

conf = glueContext.extract_jdbc_conf("rs")
con = sc._gateway.jvm.DriverManager.getConnection(conf["fullUrl"], conf["user"], conf["password"])
con.prepareCall("INSERT INTO mart.f SELECT * FROM stage.f").execute()
con.close()
