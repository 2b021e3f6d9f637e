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

dyf = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="people")
out = (dyf.resolveChoice(specs=[("age", "cast:int")])
          .rename_field("org", "organisation")
          .drop_fields(["ssn"])
          .select_fields(["id", "organisation"]))
glueContext.write_dynamic_frame.from_catalog(frame=out, database="d", table_name="people_clean")
