import sys
from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "load_type"])
glueContext = GlueContext(SparkContext())
spark = glueContext.spark_session

conf = glueContext.extract_jdbc_conf("erp-eu")
url = conf["url"] + ";databaseName=ledger"
rows = spark.read.jdbc(url=url, table="dbo.entries", properties={"user": conf["user"]})
rows.write.jdbc(conf["fullUrl"] + "?sslmode=require", "dbo.copies", mode="append")
