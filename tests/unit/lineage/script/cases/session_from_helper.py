from common import build_session
spark, glue = build_session()
df = spark.read.parquet("s3://i/x")
df.write.format("parquet").save("s3://o/x")
glue.create_dynamic_frame.from_catalog(database="d", table_name="t").toDF().write.csv("s3://o/y")
