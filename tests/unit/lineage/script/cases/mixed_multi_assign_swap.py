a = b = spark.table("r.x")
c, *rest = [spark.table("r.c"), spark.table("r.d"), spark.table("r.e")]
rest[0].write.saveAsTable("w.d")
(p, q), r = ("s3://p", "q"), "r"
a.write.parquet(f"{p}/{q}/{r}")
