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
spark.table("r.u").createOrReplaceTempView("u")
spark.sql("MERGE INTO w.t t USING u ON t.id = u.id WHEN MATCHED THEN UPDATE SET t.v = u.val WHEN NOT MATCHED THEN INSERT (id, v) VALUES (u.id, u.val)")
