val updates = spark.table("shop.orders")
DeltaTable.forPath(spark, "s3://lake/delta").as("t").merge(updates.as("s"), "t.id = s.id").whenMatched().updateAll().whenNotMatched().insertAll().execute()
val hudi = Map("hoodie.table.name" -> "orders", "hoodie.datasource.hive_sync.database" -> "lake", "hoodie.datasource.hive_sync.table" -> "orders") + ("path" -> "s3://lake/hudi")
updates.write.format("hudi").options(hudi).mode("append").save()
updates.writeTo("glue_catalog.lake.ice").createOrReplace()
//= glue:shop/orders -> glue:lake/ice id>id total>total
//= glue:shop/orders -> glue:lake/orders id>id total>total
//= glue:shop/orders -> s3://lake/delta id>id total>total
//= glue:shop/orders -> s3://lake/hudi id>id total>total
