val gc = new GlueContext(sc)
val frame = gc.getCatalogSource("shop", "orders").getDynamicFrame
gc.getCatalogSink("mart", "orders_out").writeDynamicFrame(frame)
//= glue:shop/orders -> glue:mart/orders_out id>id total>total
