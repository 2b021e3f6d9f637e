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

def MyTransform(glueContext, dfc) -> DynamicFrameCollection:
    df = dfc.select(list(dfc.keys())[0]).toDF()
    out = DynamicFrame.fromDF(df.filter("x > 1"), glueContext, "out")
    return DynamicFrameCollection({"CustomTransform0": out}, glueContext)
src = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="s")
coll = MyTransform(glueContext, DynamicFrameCollection({"src": src}, glueContext))
picked = SelectFromCollection.apply(dfc=coll, key=list(coll.keys())[0])
glueContext.write_dynamic_frame.from_catalog(frame=picked, database="d", table_name="t")
