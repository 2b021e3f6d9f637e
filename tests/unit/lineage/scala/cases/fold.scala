val base = spark.read.parquet("s3://in/base")
val widened = Seq("x", "y").foldLeft(base) { (df, name) => df.withColumn(name, lit(1)) }
val merged = List("s3://in/m").foldLeft(widened)((df, path) => df.union(spark.read.parquet(path)))
merged.write.parquet("s3://out/fold")
//= s3://in/base -> s3://out/fold
//= s3://in/m -> s3://out/fold x>x y>y
