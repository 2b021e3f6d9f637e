import sys
from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()

from tools import io, places
from tools.tables import copy_table, load_table, upsertToIceberg, write_to_postgres

args = getResolvedOptions(sys.argv, ["raw_path", "bucket", "out_location", "target_table", "db"])
bikes = io.read_parquet(spark, args["raw_path"])
io.save_as_orc(bikes, args["out_location"])
upsertToIceberg(bikes, f"glue_catalog.{args['db']}.bikes", keys=["id"])
cars = load_table(spark, "garage", "cars")
io.write_data(cars, database="garage", table_name="clean_cars")
io.merge_rows(spark, source=cars, target_table=args["target_table"], columns="a.b")
write_to_postgres(cars, "public.cars")
copy_table(source_table="garage.vans", target_table="garage.old_vans")
spark.read.csv(places.build_s3_path(args["bucket"], "in", "trucks/")).write.csv(
    "s3://" + places.join_path("yard", "trucks")
)
io.load_config("s3://conf/app.yml")
io.add_columns(cars, "a.b", source="c.d")
