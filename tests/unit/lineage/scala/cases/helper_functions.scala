object Loader {
  val root = "s3://raw"
  def path(name: String): String = s"$root/$name"
  def load(spark: SparkSession, name: String, format: String = "parquet"): DataFrame = {
    spark.read.format(format).load(path(name))
  }
}
object Main {
  def save(df: DataFrame)(target: String): Unit = df.write.parquet(target)
  def main(args: Array[String]): Unit = {
    save(Loader.load(spark, "a"))("s3://out/a")
    save(Loader.load(spark, name = "b", format = "json"))("s3://out/b")
  }
}
//= s3://raw/a -> s3://out/a
//= s3://raw/b -> s3://out/b
