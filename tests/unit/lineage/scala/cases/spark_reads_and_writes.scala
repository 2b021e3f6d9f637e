val spark = SparkSession.builder().appName("x").enableHiveSupport().getOrCreate()
import spark.implicits._
spark.read.option("header", true).csv("s3://in/a").write.mode(SaveMode.Append).partitionBy("day").format("orc").save("s3://out/a")
spark.read.format("parquet").load("s3://in/b").write.mode("overwrite").saveAsTable("mart.b")
spark.table("shop.orders").write.insertInto("mart.c")
spark.read.parquet("s3://in/d1", "s3://in/d2").writeTo("mart.d").append()
spark.read.jdbc("jdbc:mysql://h.example.com/shop", "orders", new Properties()).write.json("s3://out/e")
//= glue:shop/orders -> glue:mart/c id>id total>total
//= mysql://h.example.com:3306/shop.orders -> s3://out/e
//= s3://in/a -> s3://out/a
//= s3://in/b -> glue:mart/b
//= s3://in/d1 -> glue:mart/d
//= s3://in/d2 -> glue:mart/d
