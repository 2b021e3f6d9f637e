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

def sparkSqlQuery(glueContext, query, mapping, transformation_ctx) -> DynamicFrame:
    for alias, frame in mapping.items():
        frame.toDF().createOrReplaceTempView(alias)
    result = spark.sql(query)
    return DynamicFrame.fromDF(result, glueContext, transformation_ctx)
left = glueContext.create_dynamic_frame.from_catalog(database="stage", table_name="customer")
right = glueContext.create_dynamic_frame.from_catalog(database="stage", table_name="accel")
SqlQuery0 = """
select c.email, a.x from customer c join accel a on c.email = a.user
"""
res = sparkSqlQuery(glueContext, query=SqlQuery0, mapping={"customer": left, "accel": right}, transformation_ctx="res")
alone = sparkSqlQuery(glueContext, query="select distinct * from myDataSource", mapping={"myDataSource": left}, transformation_ctx="alone")
glueContext.write_dynamic_frame.from_options(frame=res, connection_type="s3", connection_options={"path": "s3://t/res"}, format="json")
glueContext.write_dynamic_frame.from_options(frame=alone, connection_type="s3", connection_options={"path": "s3://t/alone"}, format="json")
