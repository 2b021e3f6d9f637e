from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.transforms import *
from pyspark.context import SparkContext

glueContext = GlueContext(SparkContext.getOrCreate())


def read(name):
    return glueContext.create_dynamic_frame.from_catalog(database="farm", table_name=name)


def write(frame, path):
    glueContext.write_dynamic_frame.from_options(
        frame=frame, connection_type="s3", connection_options={"path": path}, format="parquet"
    )


def clean(frame, ctx):
    frame.toDF().write.parquet("s3://barn/dirty/")
    return DynamicFrame.fromDF(frame.toDF().dropDuplicates(), glueContext, ctx)


both = DynamicFrameCollection({"soil": read("soil"), "rain": read("rain")}, glueContext)
cleaned = MapToCollection.apply(dfc=both, callable=clean, transformation_ctx="cleaned")
write(SelectFromCollection.apply(dfc=cleaned, key="soil"), "s3://barn/soil/")
fields = FlatMap.apply(dfc=cleaned, BaseTransform=SelectFields, frame_name="frame", paths=["ph"])
write(fields["rain"], "s3://barn/rain/")
write(both.map(lambda frame, ctx: frame.drop_fields(["x"])).select("rain"), "s3://barn/mapped/")

flat = Relationalize.apply(frame=read("herds"), staging_path="s3://tmp/", name="root")
kept = MapToCollection.apply(dfc=flat, callable=lambda frame, ctx: frame)
write(kept.select("root"), "s3://barn/herds/")

Spigot.apply(frame=read("seeds"), path="s3://barn/samples/seeds", options={"topk": 9})
read("hens").spigot("s3://barn/samples/hens")
