val clicks = glueContext.getSource(connectionType = "kinesis", connectionOptions = JsonOptions("""{"streamARN": "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks", "classification": "json"}""")).getDataFrame()
glueContext.forEachBatch(clicks, (batch: Dataset[Row], batchId: Long) => {
  if (batch.count() > 0) {
    val frame = DynamicFrame(batch.withColumn("day", current_date()), glueContext)
    glueContext.getSinkWithFormat(connectionType = "s3", options = JsonOptions("""{"path": "s3://lake/clicks"}"""), format = "parquet").writeDynamicFrame(frame)
  }
}, JsonOptions("""{"windowSize": "60 seconds", "checkpointLocation": "s3://tmp/checkpoint"}"""))
val topic = spark.readStream.format("kafka").option("kafka.bootstrap.servers", "b-1:9092").option("subscribe", "orders").load()
topic.writeStream.foreachBatch { (df: DataFrame, id: Long) => df.write.saveAsTable("mart.orders") }.option("checkpointLocation", "s3://tmp/c").start()
//= arn:aws:kinesis:eu-west-1:123456789012/stream/clicks -> s3://lake/clicks
//= kafka://b-1:9092/orders -> glue:mart/orders
