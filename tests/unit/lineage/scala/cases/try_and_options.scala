val path = Option("s3://in/x").getOrElse("s3://in/y")
try {
  spark.read.parquet(path).write.parquet("s3://out/x")
} catch {
  case e: AnalysisException => println(s"failed: ${e.getMessage}")
  case NonFatal(e) =>
    spark.read.json("s3://in/fallback").write.json("s3://out/fallback")
} finally {
  spark.stop()
}
//= s3://in/fallback -> s3://out/fallback
//= s3://in/x -> s3://out/x
