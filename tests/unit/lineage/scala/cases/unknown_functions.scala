val raw = glueContext.getCatalogSource("shop", "orders").getDynamicFrame()
val clean = com.example.Cleaner.clean(raw.toDF(), strict = true)
Publisher.publish(clean)
clean.write.parquet("s3://out/clean")
//= glue:shop/orders -> s3://out/clean
