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

def sparkUnion(glueContext, unionType, mapping, transformation_ctx) -> DynamicFrame:
    for alias, frame in mapping.items():
        frame.toDF().createOrReplaceTempView(alias)
    result = spark.sql("(select * from source1) UNION " + unionType + " (select * from source2)")
    return DynamicFrame.fromDF(result, glueContext, transformation_ctx)
a = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="a")
b = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="b")
u = sparkUnion(glueContext, unionType="ALL", mapping={"source1": a, "source2": b}, transformation_ctx="u")
glueContext.write_dynamic_frame.from_catalog(frame=u, database="d", table_name="u")
