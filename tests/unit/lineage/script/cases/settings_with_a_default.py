import sys

from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

REGIONS = {
    "north": ["barn_north", "s3://barn-north/hay"],
    "south": ["barn_south", "s3://barn-south/hay"],
}
region = getResolvedOptions(sys.argv, ["region"])["region"]
database, path = REGIONS.get(region, ["barn_other", "s3://barn-other/hay"])
spark = SparkSession.builder.getOrCreate()
spark.sql("USE " + database)
hay = spark.table("hay")
hay.write.parquet(path)
hay.write.saveAsTable("hay_copy")
