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

from pyspark.sql import functions as SqlFuncs
def sparkAggregate(glueContext, parentFrame, groups, aggs, transformation_ctx) -> DynamicFrame:
    aggsFuncs = []
    for column, func in aggs:
        aggsFuncs.append(getattr(SqlFuncs, func)(column))
    result = parentFrame.toDF().groupBy(*groups).agg(*aggsFuncs) if len(groups) > 0 else parentFrame.toDF().agg(*aggsFuncs)
    return DynamicFrame.fromDF(result, glueContext, transformation_ctx)
src = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="m")
agg = sparkAggregate(glueContext, parentFrame=src, groups=["city"], aggs=[["temp", "avg"], ["id", "count"]], transformation_ctx="agg")
glueContext.write_dynamic_frame.from_options(frame=agg, connection_type="s3", connection_options={"path": "s3://o/m"}, format="json")
