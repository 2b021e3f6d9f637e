import sys
from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "load_type"])
glueContext = GlueContext(SparkContext())
spark = glueContext.spark_session

from company_lib import connection_settings

options = connection_settings("dynamo")
options["dynamodb.output.tableName"] = "customers_copy"
rows = glueContext.create_dynamic_frame.from_catalog(database="crm", table_name="customers")
glueContext.write_dynamic_frame.from_options(
    frame=rows, connection_type="dynamodb", connection_options=options
)
