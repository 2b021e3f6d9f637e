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

dyf = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="fact")
glueContext.write_dynamic_frame.from_jdbc_conf(frame=dyf, catalog_connection="redshift-main", connection_options={"dbtable": "public.fact", "database": "dwh"}, redshift_tmp_dir=args["TempDir"])
