val tables = List("a", "b")
tables.foreach { name =>
  spark.table("raw." + name).write.saveAsTable("mart." + name)
}
for (name <- Seq("c"); suffix <- Array("x", "y") if suffix != "z") {
  spark.read.json(s"s3://in/$name/$suffix").write.json(s"s3://out/$name/$suffix")
}
Map("k" -> "v").foreach { case (from, to) => spark.table(s"raw.$from").write.insertInto(s"mart.$to") }
val frames = for (n <- Seq("p", "q")) yield spark.read.orc(s"s3://in/$n")
frames.reduce(_ union _).write.orc("s3://out/pq")
//= glue:raw/a -> glue:mart/a
//= glue:raw/b -> glue:mart/b
//= glue:raw/k -> glue:mart/v
//= s3://in/c/x -> s3://out/c/x
//= s3://in/c/y -> s3://out/c/y
//= s3://in/p -> s3://out/pq
//= s3://in/q -> s3://out/pq
