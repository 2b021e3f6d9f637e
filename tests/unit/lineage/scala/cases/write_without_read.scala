val df = Seq((1, "a"), (2, "b")).toDF("id", "name")
df.write.parquet("s3://out/made")
//= writes s3://out/made
