target = spark.table("dw.dim")
updates = spark.table("stg.dim").withColumn("hash", F.sha2(F.concat_ws("|", "a", "b"), 256))
changed = updates.alias("u").join(target.alias("t"), F.col("u.id") == F.col("t.id"), "left").filter("t.hash is null or t.hash <> u.hash").select("u.*")
changed.createOrReplaceTempView("changed")
spark.sql("""
merge into dw.dim t using changed c on t.id = c.id
when matched then update set t.a = c.a, t.current = false
when not matched then insert (id, a, b) values (c.id, c.a, c.b)
""")
