object Job extends App {
  run("in", "out")
  def run(from: String, to: String) = transform(spark.read.parquet(s"s3://$from/x")).write.parquet(s"s3://$to/x")
  private def transform(df: DataFrame): DataFrame = df.select("a", "b").distinct
}
//= s3://in/x -> s3://out/x a>a b>b
