root = "s3://quarry"
stones = spark.read.json(root "/stones/")
stones.createOrReplaceTempView("stones")
query = """
CREATE TABLE glue_catalog.yard.stones
USING iceberg
AS SELECT * FROM stones
"""
spark.sql(query)
