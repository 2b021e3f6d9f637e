val frame = glueContext.getCatalogSource("shop", "orders").getDynamicFrame()
val sink = glueContext.getSink(connectionType = "s3", connectionOptions = JsonOptions(Map("path" -> "s3://lake/orders", "enableUpdateCatalog" -> true)))
sink.setCatalogInfo(catalogDatabase = "mart", catalogTableName = "orders")
sink.writeDynamicFrame(frame)
//= glue:shop/orders -> glue:mart/orders id>id total>total
//= glue:shop/orders -> s3://lake/orders id>id total>total
