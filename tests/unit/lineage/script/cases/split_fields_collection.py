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

dyf = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="wide")
parts = SplitFields.apply(frame=dyf, paths=["id", "a"], name1="left", name2="right")
l = SelectFromCollection.apply(dfc=parts, key="left")
r = SelectFromCollection.apply(dfc=parts, key="right")
glueContext.write_dynamic_frame.from_catalog(frame=l, database="d", table_name="l")
glueContext.write_dynamic_frame.from_catalog(frame=r, database="d", table_name="r")
