val orders = spark.table("shop.orders")
orders.select($"id".as("key"), (col("total") * 2).alias("twice")).write.parquet("s3://out/a")
orders.withColumn("tax", 'total * 0.2).drop("total").write.parquet("s3://out/b")
orders.withColumnRenamed("id", "key").filter($"total" > 3 && $"id" =!= 4).write.parquet("s3://out/c")
orders.groupBy("id").agg(sum("total") as "sum_total").write.parquet("s3://out/d")
//= glue:shop/orders -> s3://out/a id>key total>twice
//= glue:shop/orders -> s3://out/b id>id total>tax
//= glue:shop/orders -> s3://out/c id>key total>total
//= glue:shop/orders -> s3://out/d id>id total>sum_total
