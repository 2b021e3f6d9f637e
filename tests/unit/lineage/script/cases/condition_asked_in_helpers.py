import sys
from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()

args = getResolvedOptions(sys.argv, ["mode", "layer"])


class Load:
    def __init__(self, layer):
        self.layer = layer

    def read(self):
        if self.layer.lower() == "raw":
            return spark.table("mill.grain")
        return spark.table("mill.flour")

    def write(self, rows):
        place = "in" if self.layer in ("raw",) else "out"
        rows.write.parquet(f"s3://mill/{place}/")


def read(kind):
    if kind == "full":
        return spark.table("barn.eggs")
    elif kind == "delta":
        return spark.table("barn.new_eggs")
    raise ValueError(kind)


def write(rows, how):
    if how != "full":
        rows.write.parquet("s3://barn/delta/")
    else:
        rows.write.parquet("s3://barn/full/")


write(read(args["mode"]), args["mode"])
load = Load(args["layer"])
load.write(load.read())
