df = spark.read.format("iceberg").option("start-snapshot-id", "1").load("glue_catalog.lake.src")
df2 = spark.read.option("as-of-timestamp", "1").table("glue_catalog.lake.src2")
df.join(df2, "id").writeTo("glue_catalog.lake.dst").using("iceberg").partitionedBy(F.days("ts")).createOrReplace()
