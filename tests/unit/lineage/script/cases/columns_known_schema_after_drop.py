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
d = glueContext.create_dynamic_frame.from_catalog(database="r", table_name="t")
e = DropFields.apply(frame=d, paths=["secret"])
f = RenameField.apply(frame=e, old_name="a", new_name="alpha")
glueContext.write_dynamic_frame.from_options(frame=f, connection_type="s3", connection_options={"path": "s3://o/t"}, format="parquet")
