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

def directJDBCSource(glueContext, connectionName, connectionType, database, table, redshiftTmpDir, transformation_ctx) -> DynamicFrame:
    connection_options = {"useConnectionProperties": "true", "dbtable": table, "connectionName": connectionName}
    if redshiftTmpDir:
        connection_options["redshiftTmpDir"] = redshiftTmpDir
    return glueContext.create_dynamic_frame.from_options(connection_type=connectionType, connection_options=connection_options, transformation_ctx=transformation_ctx)
m = directJDBCSource(glueContext, connectionName="mysql-conn", connectionType="mysql", database="shop", table="orders", redshiftTmpDir="", transformation_ctx="m")
glueContext.write_dynamic_frame.from_catalog(frame=m, database="raw", table_name="orders")
