# kind: joins by name
o = spark.table("lab.orders")
c = spark.table("lab.customers")
o.select("order_id", "customer_id").join(c.select("customer_id", "name"), "customer_id", "left").write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
c = spark.table("lab.customers")
o.select("order_id", "customer_id").join(c.select("customer_id", "name"), ["customer_id"], "right").write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
c = spark.table("lab.customers")
o.select("order_id", "customer_id").join(c.select("customer_id", "name"), on="customer_id", how="outer").write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
c = spark.table("lab.customers")
o.join(c, ["customer_id", "region"]).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
r = spark.table("lab.returns")
v = spark.table("lab.v_orders")
o.select("order_id", "region").join(r, "order_id").join(v, "order_id", "full").write.saveAsTable("lab.z")

# kind: joins by condition
o = spark.table("lab.orders")
c = spark.table("lab.customers")
o.select("order_id", "customer_id").join(c.select("customer_id", "name"), o.customer_id == c.customer_id).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
c = spark.table("lab.customers")
o.join(c, o.customer_id == c.customer_id, "left").select(o.order_id, c.name, o["region"], c["region"].alias("cr")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders").alias("o")
c = spark.table("lab.customers").alias("c")
o.join(c, F.col("o.customer_id") == F.col("c.customer_id")).select("o.order_id", "c.*").write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders").alias("o")
c = spark.table("lab.customers").alias("c")
o.join(c, F.expr("o.customer_id = c.customer_id")).selectExpr("o.order_id", "c.name AS n", "o.region").write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
c = spark.table("lab.customers")
f = spark.table("lab.fx")
o.join(c, (o.customer_id == c.customer_id) & (o.region == c.region)).join(f, o.currency == f.currency, "left").select("order_id", "name", (F.col("amount") * f.rate).alias("eur")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
c = spark.table("lab.customers")
o2 = o.select("order_id", "region")
o2.join(c.select("customer_id", "region"), o2.order_id == c.customer_id).drop(o2.region).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders").select("order_id", "customer_id")
c = spark.table("lab.customers").select("customer_id", "name")
o.join(c, o.customer_id == c.customer_id).drop(c.customer_id).write.saveAsTable("lab.z")
# ---
a = spark.table("lab.employees").alias("a")
b = spark.table("lab.employees").alias("b")
a.join(b, F.col("a.manager_id") == F.col("b.id"), "left").select("a.name", F.col("b.name").alias("boss")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders").select("order_id", F.col("customer_id").alias("cid"))
c = spark.table("lab.customers")
o.join(c, o.cid == c.customer_id).select("order_id", "cid", "name").write.saveAsTable("lab.z")
# ---
spark.table("lab.flat").crossJoin(spark.table("lab.fx")).write.saveAsTable("lab.z")

# kind: semi and anti joins
o = spark.table("lab.orders")
c = spark.table("lab.customers")
o.select("order_id", "customer_id").join(c, "customer_id", "left_semi").write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
r = spark.table("lab.returns")
o.select("order_id", "status").join(r, o.order_id == r.order_id, "anti").write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
o = spark.table("lab.orders")
c.join(o, on="customer_id", how="leftsemi").withColumn("x", F.upper("name")).select("x", "customer_id").write.saveAsTable("lab.z")

# kind: unions
c = spark.table("lab.customers")
c.select("name").union(c.select("email")).write.saveAsTable("lab.z")
# ---
spark.table("lab.flat").unionByName(spark.table("lab.flat2")).write.saveAsTable("lab.z")
# ---
spark.table("lab.flat").unionAll(spark.table("lab.flat2")).write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers").select("name", "region")
d = spark.table("lab2.customers").select("region", F.col("nick").alias("name"), "customer_id")
c.unionByName(d, allowMissingColumns=True).write.saveAsTable("lab.z")
# ---
from functools import reduce
from pyspark.sql import DataFrame
frames = [spark.table("lab.flat"), spark.table("lab.flat2"), spark.table("lab.flat").select("b", "c", "a")]
reduce(DataFrame.unionByName, frames).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
c = spark.table("lab.customers")
o.select("customer_id").exceptAll(c.select("customer_id")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
c = spark.table("lab.customers")
o.select("customer_id").intersect(c.select("customer_id")).union(c.select("customer_id")).write.saveAsTable("lab.z")
# ---
spark.table("lab.flat").subtract(spark.table("lab.flat2")).withColumnRenamed("a", "z").write.saveAsTable("lab.z")

# kind: writes
c = spark.table("lab.customers")
c.select("name", "email", "segment").write.insertInto("lab.flat")
# ---
c = spark.table("lab.customers")
c.select("name", "email", "segment").write.mode("overwrite").insertInto("lab.flat2", overwrite=True)
# ---
c = spark.table("lab.customers")
c.select(F.upper("name"), F.lit("x"), F.col("region").alias("q")).write.insertInto("lab.flat")
# ---
o = spark.table("lab.orders")
o.select("order_id", "status", "order_date", "region").write.insertInto("lab.parts")
# ---
c = spark.table("lab.customers")
c.select(F.col("name").alias("a"), F.col("email").alias("b"), F.lit("x").alias("c")).writeTo("lab.flat").append()
# ---
c = spark.table("lab.customers")
c.select("name", F.upper("email")).writeTo("lab.z").using("parquet").createOrReplace()
# ---
c = spark.table("lab.customers")
c.createOrReplaceTempView("src")
spark.sql("INSERT INTO lab.flat SELECT name, upper(email), region FROM src")
# ---
o = spark.table("lab.orders")
o.select("order_id", "region").write.saveAsTable("lab.z")
o.groupBy("region").agg(F.sum("amount").alias("total")).write.saveAsTable("lab.z2")
# ---
c = spark.table("lab.customers").select("customer_id", "name")
c.createOrReplaceTempView("src")
spark.sql("MERGE INTO db.tgt t USING src s ON t.id = s.customer_id WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.customer_id, upper(s.name))")
