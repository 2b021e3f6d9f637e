from awsglue.context import GlueContext
from awsglue.transforms import Map
from pyspark.context import SparkContext
from pyspark.sql import Row

sc = SparkContext.getOrCreate()
glue = GlueContext(sc)
spark = glue.spark_session
names = sc.broadcast(spark.table("birds.species").rdd.collectAsMap())
rings = {row["ring"]: row["place"] for row in spark.table("birds.rings").collect()}


def name(row):
    values = row.asDict()
    values["name"] = names.value.get(values["code"], "?")
    return Row(**values)


def locate(record):
    record["place"] = rings.get(record["ring"])
    return record


seen = spark.read.orc("s3://bird-raw/seen/")
spark.createDataFrame(seen.rdd.map(name)).write.orc("s3://bird-lake/seen/")
caught = glue.create_dynamic_frame.from_catalog(database="birds", table_name="caught")
placed = Map.apply(frame=caught, f=locate)
glue.write_dynamic_frame.from_options(placed, "s3", {"path": "s3://bird-lake/caught/"}, "orc")
