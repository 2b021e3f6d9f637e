var frame: DataFrame = null
val paths = scala.collection.mutable.ListBuffer[String]()
val options = scala.collection.mutable.Map[String, String]()
paths += "s3://in/a"
paths += "s3://in/b"
options("dbtable") = "public.t"
options += ("url" -> "jdbc:redshift://c.example.com:5439/dw")
def load(): Unit = {
  frame = spark.read.parquet(paths: _*)
}
load()
frame.write.format("jdbc").options(options).save()
//= s3://in/a -> redshift://c.example.com:5439/dw.public.t
//= s3://in/b -> redshift://c.example.com:5439/dw.public.t
