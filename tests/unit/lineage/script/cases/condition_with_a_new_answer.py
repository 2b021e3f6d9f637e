import sys
from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "load_type"])
glueContext = GlueContext(SparkContext())
spark = glueContext.spark_session

flag = args["load_type"] == "full"
if flag:
    rows = spark.table("shop.a")
else:
    rows = spark.table("shop.b")
flag = rows.count() > 10
if flag:
    rows.write.parquet("s3://lake/many/")
else:
    rows.write.parquet("s3://lake/few/")


class Load:
    mode = args["load_type"]

    def run(self):
        if self.mode == "full":
            found = spark.table("shop.c")
        else:
            found = spark.table("shop.d")
        self.mode = "later"
        if args["load_type"] == "full":
            found.write.parquet("s3://lake/c/")
        if self.mode == "full":
            found.write.parquet("s3://lake/never/")


Load().run()
