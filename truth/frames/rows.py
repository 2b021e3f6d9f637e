# kind: groups
o = spark.table("lab.orders")
o.groupBy("region").agg(F.sum("amount"), F.max("order_date").alias("last")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.groupBy("region", o.status).agg({"amount": "sum", "order_id": "max"}).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.groupBy("region").sum("amount", "order_id").write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.groupBy("region").count().withColumnRenamed("count", "n").write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.groupBy(F.year("order_date").alias("y")).agg(F.countDistinct("customer_id").alias("n"), F.avg("amount")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.groupBy("region").agg(F.max_by("status", "amount").alias("s"), F.collect_list("order_id").alias("l")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.agg(F.sum("amount").alias("s"), F.first("status")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.groupBy("region").agg(*[F.sum(x).alias("sum_" + x) for x in ["amount", "order_id"]]).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.rollup("region", "status").agg(F.sum("amount").alias("s"), F.grouping_id().alias("g")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.cube("region").count().write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.groupBy("region").agg(F.expr("sum(amount) AS total"), F.expr("max(status)")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.groupBy("region").agg(F.sum(F.when(F.col("status") == "x", F.col("amount")).otherwise(0)).alias("s"), F.count_if(F.col("amount") > 1).alias("c")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select("region", "amount").groupBy("region").avg().write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select("region", "status").distinct().write.saveAsTable("lab.z")

# kind: pivots
o = spark.table("lab.orders")
o.groupBy("customer_id").pivot("currency", ["EUR", "USD"]).agg(F.sum("amount")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.groupBy("customer_id").pivot("currency", ["EUR", "USD"]).agg(F.sum("amount").alias("s"), F.max("order_date").alias("d")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.groupBy("region").pivot("status", ["a", "b"]).count().write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.groupBy("region").pivot("status", ["a", "b"]).sum("amount").write.saveAsTable("lab.z")
# ---
spark.table("lab.quarterly").unpivot("id", ["q1", "q2"], "q", "v").write.saveAsTable("lab.z")
# ---
spark.table("lab.quarterly").melt(ids=["id"], values=["q1", "q2"], variableColumnName="q", valueColumnName="v").write.saveAsTable("lab.z")
# ---
spark.table("lab.quarterly").unpivot(["id"], None, "q", "v").write.saveAsTable("lab.z")
# ---
spark.table("lab.quarterly").select("id", F.expr("stack(2, 'q1', q1, 'q2', q2) AS (q, v)")).write.saveAsTable("lab.z")

# kind: windows
w = Window.partitionBy("customer_id").orderBy("order_date")
o = spark.table("lab.orders")
o.select("order_id", F.row_number().over(w).alias("rn"), F.sum("amount").over(w).alias("s")).write.saveAsTable("lab.z")
# ---
w = Window.partitionBy("customer_id").orderBy(F.col("order_date").desc())
o = spark.table("lab.orders")
o.withColumn("rn", F.row_number().over(w)).filter("rn = 1").drop("rn").write.saveAsTable("lab.z")
# ---
w = Window.partitionBy("customer_id").orderBy("order_date").rowsBetween(Window.unboundedPreceding, 0)
o = spark.table("lab.orders")
o.select("order_id", F.sum("amount").over(w).alias("p"), (F.col("amount") - F.avg("amount").over(w)).alias("d")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select("order_id", F.expr("rank() OVER (PARTITION BY region ORDER BY amount) AS r"), F.lead("status").over(Window.orderBy("order_id")).alias("nx")).write.saveAsTable("lab.z")

# kind: generators
o = spark.table("lab.orders")
o.select("order_id", F.explode("tags")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select("order_id", F.explode("items").alias("i")).select("order_id", "i.sku", F.col("i.qty").alias("n")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select("order_id", F.posexplode("tags").alias("pos", "tag")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select("order_id", F.explode("attrs")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select("order_id", F.explode_outer("attrs").alias("k", "v"), "region").write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.withColumn("tag", F.explode(F.col("tags"))).select("order_id", "tag").write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select("order_id", F.inline("items")).write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.select("name", F.json_tuple("email", "a", "b").alias("x", "y")).write.saveAsTable("lab.z")

# kind: lambdas
o = spark.table("lab.orders")
o.select("order_id", F.filter("tags", lambda t: t != F.col("status")).alias("t")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select(F.transform("items", lambda i: i.price * F.col("amount")).alias("p"), F.aggregate("items", F.lit(0.0).cast("double"), lambda a, i: a + i.qty).alias("a")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select(F.exists("tags", lambda t: t == "x").alias("e"), F.zip_with("tags", "items", lambda a, b: F.concat(a, b["sku"])).alias("z")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select(F.map_filter("attrs", lambda k, v: k == o.currency).alias("m"), F.transform_values("attrs", lambda k, v: F.upper(v)).alias("u")).write.saveAsTable("lab.z")

# kind: filters and others
o = spark.table("lab.orders")
o.filter(o.status == "x").where("amount > 1").orderBy("region").limit(5).select("order_id").write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.fillna({"name": "x"}).dropDuplicates(["email"]).na.drop(subset=["region"]).select("name", "email").write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.na.replace("a", "b", "name").replace(["x"], ["y"], ["email"]).select("name", "email").write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
def clean(df):
    return df.withColumn("name", F.trim("name"))
def only(df, *columns):
    return df.select(*columns)
c.transform(clean).transform(only, "name", "email").write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.createOrReplaceTempView("people")
spark.sql("SELECT name AS n, upper(email) FROM people").write.saveAsTable("lab.z")
# ---
c = spark.sql("SELECT customer_id, name AS n FROM lab.customers")
c.withColumn("m", F.upper("n")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
spark.sql("SELECT order_id, amount * 2 AS d FROM {o}", o=o).write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.sample(0.1).repartition(3, "region").cache().hint("broadcast").select(c.name).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select(F.md5("status").alias("m"), F.xxhash64("order_id", "region").alias("x"), F.sha2(F.col("currency"), 256).alias("s")).write.saveAsTable("lab.z")
# ---
top = spark.table("lab.fx").select(F.max("rate")).scalar()
o = spark.table("lab.orders")
o.select("order_id", (F.col("amount") * top).alias("eur")).write.saveAsTable("lab.z")
# ---
import pyspark.sql.functions as f
df = spark.read.table("lab.orders").select(f.col("order_id").cast("string"), f.col("amount").cast("double").alias("a"), f.to_date("order_date"))
df.write.mode("overwrite").format("parquet").saveAsTable("lab.z")
