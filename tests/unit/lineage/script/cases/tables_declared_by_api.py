from delta.tables import DeltaTable
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
spark.read.csv("s3://raw/oars/").write.format("delta").save("s3://boats/oars/")
DeltaTable.createIfNotExists(spark).tableName("boats.oars").location("s3://boats/oars").execute()
spark.read.csv("s3://raw/sails/").write.parquet("s3://boats/sails/")
spark.catalog.createTable("boats.sails", "s3://boats/sails/", source="parquet")
# without a place, or elsewhere
DeltaTable.create(spark).tableName("boats.masts").addColumn("id", "INT").execute()
spark.catalog.createExternalTable("boats.ropes", path="s3://raw/ropes/")
