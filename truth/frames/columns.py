# kind: select
o = spark.table("lab.orders")
o.select("order_id", F.col("amount"), o.region, o["status"]).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select("order_id", F.expr("amount * 2")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.selectExpr("order_id AS id", "upper(status) s", "amount * 2", "ship.city").write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select("*", (F.col("amount") * 2).alias("twice")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select(F.sum("amount"), F.count("*"), F.upper("status")).write.saveAsTable("lab.z") if False else o.select(F.upper("status"), F.length(o.region)).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
columns = ["order_id", "region"]
o.select(columns).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
columns = ["order_id", "region"]
o.select(*columns, "status").write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.select(F.concat_ws("-", "name", "email").alias("k"), F.lit(1).alias("one")).write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.select("customer_id", F.nvl("email", "name").alias("x")).write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.select("customer_id", F.levenshtein("email", "name").alias("d"), F.soundex(c.name)).write.saveAsTable("lab.z")
# ---
from pyspark.sql.functions import col, lit, upper as up
c = spark.table("lab.customers")
c.select(col("name").alias("n"), up(col("email")), lit("x").alias("l")).write.saveAsTable("lab.z")
# ---
from pyspark.sql.functions import *
c = spark.table("lab.customers")
c.select(col("name"), upper(col("email")).alias("e"), when(col("region") == "x", col("segment")).alias("s")).write.saveAsTable("lab.z")
# ---
m = spark.table("lab.mixedcase")
m.select("orderid", F.col("CUSTOMERNAME").alias("n")).write.saveAsTable("lab.z")
# ---
t = spark.table("lab.odd_table")
t.select("`order id`", F.col("`a.b`").alias("ab"), "select").write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers").alias("c")
c.select("c.name", F.col("c.email").alias("mail")).write.saveAsTable("lab.z")

# kind: structs
o = spark.table("lab.orders")
o.select("order_id", o.ship.city.alias("town"), o["ship"]["zip"], "ship.geo.lat").write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select("order_id", "ship.*").write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select(F.struct("order_id", "amount").alias("s")).select("s.amount", F.col("s.order_id").alias("i")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select(F.col("items")[0]["sku"].alias("s"), F.col("attrs").getItem("a").alias("a"), F.col("ship").getField("city").alias("c")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.withColumn("ship", F.col("ship").withField("note", F.col("status")).dropFields("zip")).select("ship").write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select(F.struct("*").alias("whole")).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select(F.struct([o.order_id, o.region]).alias("p"), F.array("status", "region").alias("l"), F.create_map("status", "amount").alias("m")).write.saveAsTable("lab.z")

# kind: withColumn
o = spark.table("lab.orders")
o.withColumn("twice", F.col("amount") * 2).select("order_id", "twice").write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.withColumn("name", F.upper("name")).withColumn("who", F.concat("name", "email")).write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.withColumns({"a": F.upper("name"), "b": F.col("email"), "region": F.lit("x")}).write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.withColumnRenamed("name", "n").withColumnRenamed("missing", "m").drop("email", "created").write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.withColumnsRenamed({"name": "n", "email": "e"}).select("n", "e").write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
for name in ["name", "email"]:
    c = c.withColumn(name + "_hash", F.sha2(F.col(name), 256))
c.write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
for name in c.columns:
    c = c.withColumnRenamed(name, name + "_x")
c.write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
for name in c.columns:
    if name.endswith("_id"):
        c = c.withColumn(name, F.col(name).cast("string"))
c.write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c = c.withColumn("NAME", F.lower("Name"))
c.write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.withColumn("a", F.col("amount")).withColumn("a", F.col("a") + F.col("order_id")).select("a").write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders").withColumn("v", F.when(F.col("status") == "x", F.col("amount")).when(F.col("region") == "y", F.col("order_id")).otherwise(0))
o.select("v").write.saveAsTable("lab.z")

# kind: lists of columns
c = spark.table("lab.customers")
c.select([F.col(x) for x in c.columns if x != "email"]).write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.select([F.col(x).alias(x.upper() + "_2") for x in c.columns]).write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.select(*[F.upper(F.col(x)).alias(x) if x in ("name", "email") else F.col(x) for x in c.columns]).write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
keep = [x for x in c.columns if x not in {"email", "created"}]
c.select(*keep).write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.select(c.columns[:2] + ["region"]).write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
mapping = {"name": "full_name", "email": "mail"}
c.select([F.col(a).alias(b) for a, b in mapping.items()]).write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.select("name", "email").toDF("a", "b").write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.toDF(*[x + "_c" for x in c.columns]).write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.toDF(*(x.replace("e", "3") for x in c.columns)).write.saveAsTable("lab.z")
# ---
o = spark.table("lab.orders")
o.select(o.colRegex("`(order|customer)_id`")).write.saveAsTable("lab.z")
# ---
q = spark.table("lab.quarterly")
q.select("id", sum([F.col(x) for x in q.columns if x.startswith("q")]).alias("t")).write.saveAsTable("lab.z")
# ---
q = spark.table("lab.quarterly")
from functools import reduce
q.select("id", reduce(lambda a, b: a + b, [F.col("q1"), F.col("q2")]).alias("t")).write.saveAsTable("lab.z")
# ---
q = spark.table("lab.quarterly")
q.select("id", F.greatest(*[F.col(f"q{i}") for i in range(1, 5)]).alias("m")).write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
c.select([c[x] for x in sorted(set(c.columns) - {"email"})]).write.saveAsTable("lab.z")
# ---
c = spark.table("lab.customers")
strings = [f.name for f in c.schema.fields if f.name.startswith("n")]
c.select("customer_id", *strings).write.saveAsTable("lab.z")
