val ticks = spark.readStream.format("kinesis").option("streamName", "ticks").load
val query = ticks.writeStream.format("parquet").option("path", "s3://gate/ticks/").start
query.awaitTermination
val rows = spark.read
  .format("orc")
  .option("path", "s3://gate/rows/")
  .load
rows.toDF.write.format("json").option("path", "s3://gate/json/").save
//= arn:aws:kinesis:eu-west-1:123456789012/stream/ticks -> s3://gate/ticks
//= s3://gate/rows -> s3://gate/json
