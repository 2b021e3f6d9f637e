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
from pyspark.sql import functions as F
from pyspark.sql.window import Window
w = Window.partitionBy("k").orderBy(F.desc("ts"))
df = spark.table("r.t").withColumn("rn", F.row_number().over(w)).withColumn("prev", F.lag("v", 1).over(w)).filter("rn = 1")
df.select("k", "prev").write.saveAsTable("w.t")
