path = "s3://lake/delta/t"
new = spark.read.csv("s3://i/new.csv")
if DeltaTable.isDeltaTable(spark, path):
    dt = DeltaTable.forPath(spark, path)
    dt.alias("o").merge(new.alias("n"), "o.id=n.id").whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()
    hist = dt.toDF()
else:
    new.write.format("delta").save(path)
    hist = new
hist.groupBy("k").count().write.format("delta").mode("overwrite").save("s3://lake/delta/agg")
dt2 = DeltaTable.createIfNotExists(spark).tableName("lake.x").location("s3://lake/x").addColumn("id", "int").execute()
