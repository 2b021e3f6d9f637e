val a = spark.read.parquet("s3://in/a")
val b = spark.read.parquet("s3://in/b")
a.cache.write.parquet("s3://out/a")
b.repartition(10).write.parquet("s3://out/b")
//= s3://in/a -> s3://out/a
//= s3://in/b -> s3://out/b
