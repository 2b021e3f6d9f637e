trait Source { def read(): DataFrame }
class Parquet(spark: SparkSession, path: String) extends Source {
  private val full = s"s3://$path"
  override def read(): DataFrame = spark.read.parquet(full)
}
case class Target(database: String, table: String) {
  def name: String = s"$database.$table"
}
class Pipeline(source: Source, target: Target) {
  def run(): Unit = {
    val frame = source.read()
    write(frame)
  }
  private def write(frame: DataFrame): Unit = {
    frame.write.saveAsTable(s"${target.database}.${target.table}")
  }
}
new Pipeline(new Parquet(spark, "in/x"), Target("mart", "x")).run()
//= s3://in/x -> glue:mart/x
