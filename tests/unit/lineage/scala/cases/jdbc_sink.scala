val frame = glueContext.getCatalogSource(nameSpace = "shop", tableName = "orders").getDynamicFrame()
glueContext.getJDBCSink(catalogConnection = "warehouse", options = JsonOptions("""{"dbtable": "public.orders", "database": "dw"}"""), redshiftTmpDir = "s3://tmp/x").writeDynamicFrame(frame)
//= glue:shop/orders -> glue-connection://warehouse/dw.public.orders id>id total>total
