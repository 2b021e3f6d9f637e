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

from pyspark.sql import SQLContext, HiveContext
sqlContext = SQLContext(sc)
df = sqlContext.read.format("csv").load("s3://i/old")
df.registerTempTable("old")
sqlContext.registerDataFrameAsTable(df, "older")
x = sqlContext.sql("select o.* from old o join older p on o.id = p.id")
hive = HiveContext(sc)
x.write.format("orc").saveAsTable("w.old")
hive.sql("insert into w.newer select * from w.base")
