val dbOptions = Map("url" -> "jdbc:postgresql://db.example.com:5432/shop", "dbtable" -> "public.orders", "user" -> "me", "password" -> "x")
val frame = glueContext.getSource("postgresql", JsonOptions(dbOptions)).getDynamicFrame()
glueContext.getSink("s3", JsonOptions(Map("path" -> "s3://lake/orders"))).writeDynamicFrame(frame)
//= postgres://db.example.com:5432/shop.public.orders -> s3://lake/orders
