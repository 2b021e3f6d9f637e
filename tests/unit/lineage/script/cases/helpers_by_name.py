import sys
from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "load_type", "source"])
glueContext = GlueContext(SparkContext())
spark = glueContext.spark_session

import boto3
from company_lib.helpers import get_env_var, run_athena_query, write_to_lake

athena = boto3.client("athena")
run_athena_query("SELECT max(day) FROM control.loads WHERE job = 'clicks'", athena)
rows = spark.table(f"{get_env_var('source_database', '')}.clicks")
write_to_lake(spark, rows, "s3://lake/clicks/", "append")
