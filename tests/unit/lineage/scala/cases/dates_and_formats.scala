import java.time.LocalDate
val today = LocalDate.now().toString
val template = "s3://in/%s/%s"
spark.read.parquet(template.format("a", "b")).write.parquet(f"s3://out/$today/n")
spark.read.text(Seq("s3:/", "in", "c").mkString("/")).write.text("s3://out/c".concat("/d").stripSuffix("/d"))
//= s3://in/a/b -> s3://out/{date}/n
//= s3://in/c -> s3://out/c
