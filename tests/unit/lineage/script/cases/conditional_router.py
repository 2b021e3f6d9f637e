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

import concurrent.futures
class GroupFilter:
    def __init__(self, name, filters):
        self.name = name
        self.filters = filters
def apply_group_filter(source_DyF, group):
    return Filter.apply(frame=source_DyF, f=group.filters)
def threadedRoute(glueContext, source_DyF, group_filters) -> DynamicFrameCollection:
    dynamic_frames = {}
    with concurrent.futures.ThreadPoolExecutor() as executor:
        todo = {executor.submit(apply_group_filter, source_DyF, gf): gf for gf in group_filters}
        for future in concurrent.futures.as_completed(todo):
            gf = todo[future]
            if future.exception() is not None:
                print(gf, future.exception())
            else:
                dynamic_frames[gf.name] = future.result()
    return DynamicFrameCollection(dynamic_frames, glueContext)
src = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="t")
routed = threadedRoute(glueContext, source_DyF=src, group_filters=[GroupFilter(name="a", filters=lambda row: row["x"] > 1), GroupFilter(name="rest", filters=lambda row: row["x"] <= 1)])
glueContext.write_dynamic_frame.from_catalog(frame=SelectFromCollection.apply(dfc=routed, key="a"), database="d", table_name="a")
glueContext.write_dynamic_frame.from_catalog(frame=SelectFromCollection.apply(dfc=routed, key="rest"), database="d", table_name="rest")
