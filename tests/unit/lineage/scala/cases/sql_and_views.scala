val df = spark.read.parquet("s3://in/events")
df.createOrReplaceTempView("events")
val joined = spark.sql(
  """SELECT e.id, o.total
    |FROM events e
    |JOIN shop.orders o ON o.id = e.id""".stripMargin)
joined.write.parquet("s3://out/joined")
val database = "mart"
spark.sql(s"INSERT OVERWRITE TABLE $database.events SELECT id FROM events")
//= glue:shop/orders -> s3://out/joined total>total
//= s3://in/events -> glue:mart/events id>id
//= s3://in/events -> s3://out/joined id>id
