val full = args.length > 1
val frame = if (full) spark.read.parquet("s3://in/full") else spark.read.parquet("s3://in/delta")
val target = mode match {
  case "a" => "s3://out/a"
  case other if other.isEmpty => "s3://out/empty"
  case _ => "s3://out/b"
}
frame.write.parquet(target)
//= s3://in/delta -> s3://out/a
//= s3://in/delta -> s3://out/b
//= s3://in/delta -> s3://out/empty
//= s3://in/full -> s3://out/a
//= s3://in/full -> s3://out/b
//= s3://in/full -> s3://out/empty
