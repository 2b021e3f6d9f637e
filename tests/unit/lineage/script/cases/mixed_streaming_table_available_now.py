q = (spark.readStream.format("cloudFiles").option("cloudFiles.format","json").load("s3://in/stream")
   .writeStream.format("iceberg").trigger(availableNow=True).option("checkpointLocation","s3://chk").toTable("glue_catalog.db.tbl"))
q2 = spark.readStream.table("db.src").writeStream.format("parquet").option("path", "s3://o/st").option("checkpointLocation", "s3://chk2").start()
q3 = spark.readStream.format("kinesis").option("streamName", "s1").option("endpointUrl","https://kinesis.us-east-1.amazonaws.com").load().writeStream.format("console").start()
