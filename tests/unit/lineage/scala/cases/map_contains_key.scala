val targets = Map("full" -> "s3://out/full")
if (targets.containsKey("full")) {
  spark.read.parquet("s3://in/full").write.parquet(targets("full"))
} else {
  spark.read.parquet("s3://in/other").write.parquet("s3://out/other")
}
//= s3://in/full -> s3://out/full
//= s3://in/other -> s3://out/other
