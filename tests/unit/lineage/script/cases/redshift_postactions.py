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

dyf = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="t")
glueContext.write_dynamic_frame.from_jdbc_conf(frame=dyf, catalog_connection="rs", connection_options={
    "dbtable": "stage.t", "database": "dw",
    "preactions": "CREATE TABLE IF NOT EXISTS stage.t (id int); TRUNCATE TABLE stage.t;",
    "postactions": "BEGIN; DELETE FROM public.t USING stage.t WHERE public.t.id = stage.t.id; INSERT INTO public.t SELECT * FROM stage.t; DROP TABLE stage.t; END;"}, redshift_tmp_dir="s3://tmp/x")
