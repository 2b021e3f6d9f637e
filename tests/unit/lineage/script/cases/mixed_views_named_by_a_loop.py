for t in list_tables():
    spark.read.parquet(f"s3://i/{t}").createOrReplaceTempView(t)
spark.sql("select * from orders join users using (id)").write.parquet("s3://o/j")
