// spark.read.parquet("s3://commented/line").write.parquet("s3://x/y")
/* spark.table("commented.block").write.saveAsTable("x.y") */
val text = """spark.read.parquet("s3://in/text")"""
val quoted = "a \"quoted\" // not a comment"
spark.read.parquet("s3://in/a").write.parquet("s3://out/" + 'b' + "/" + quoted.length)
//= s3://in/a -> s3://out/b/{unknown}
