df = spark.table("a.base")
if cond:
    df = df.join(spark.table("a.extra"), "id")
if cond2:
    df = df.filter("x")
for c in ["p", "q"]:
    if c in df.columns:
        df = df.withColumn(c, F.trim(c))
df.write.parquet("s3://o/z")
