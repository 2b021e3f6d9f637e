writer = df0 = spark.table("a.b").write.mode("append")
writer.parquet("s3://o/1") if FLAG else writer.orc("s3://o/2")
save = spark.table("a.c").write.parquet
save("s3://o/3")
