spark.read.format("com.crealytics.spark.excel").option("header","true").load("s3://i/x.xlsx").write.format("com.databricks.spark.xml").option("rowTag","r").save("s3://o/x")
spark.read.format("avro").load("s3://i/av").write.format("avro").save("s3://o/av")
spark.read.text("s3://i/t").write.text("s3://o/t")
spark.read.format("delta").option("versionAsOf", 1).load("s3://i/d").write.format("binaryFile").save("s3://o/bf")
