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

a = spark.read.jdbc("jdbc:mysql://my.host:3306/crm", "contacts", properties={"user": "x"})
b = spark.read.format("jdbc").option("url", "jdbc:mysql://my.host:3306/crm").option("dbtable", "(select id, name from accounts where x = 1) t").load()
c = a.join(b, "id", "left")
c.write.format("jdbc").option("url", "jdbc:sqlserver://ms.host:1433;databaseName=dw").option("dbtable", "dbo.contacts").mode("append").save()
