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

src = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="s")
additional_options = {"write.parquet.compression-codec": "snappy"}
tables_collection = spark.catalog.listTables("lake")
table_names_in_db = [table.name for table in tables_collection]
table_exists = "target" in table_names_in_db
frame = src.toDF()
if table_exists:
    frame.sortWithinPartitions("id").writeTo("glue_catalog.lake.target").tableProperty("format-version", "2").options(**additional_options).append()
else:
    frame.writeTo("glue_catalog.lake.target").tableProperty("format-version", "2").partitionedBy("id").create()
