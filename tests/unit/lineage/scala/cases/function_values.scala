val load = (name: String) => spark.read.parquet(s"s3://in/$name")
val save: (DataFrame, String) => Unit = (df, name) => df.write.parquet(s"s3://out/$name")
Seq("a", "b").map(load).zip(Seq("x", "y")).foreach { case (df, name) => save(df, name) }
//= s3://in/a -> s3://out/x
//= s3://in/b -> s3://out/y
