val orders = glueContext.getCatalogSource("shop", "orders").getDynamicFrame()
val customers = glueContext.getCatalogSource("shop", "customers").getDynamicFrame()
val joined = orders.join(keys1 = Seq("id"), keys2 = Seq("id"), frame2 = customers)
  .dropFields(Seq("total"))
  .renameField("name", "customer")
glueContext.getSinkWithFormat("s3", JsonOptions("""{"path":"s3://lake/joined"}"""), format = "orc").writeDynamicFrame(joined)
//= glue:shop/customers -> s3://lake/joined name>customer id>id
//= glue:shop/orders -> s3://lake/joined id>id
