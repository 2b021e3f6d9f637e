def tables():
    for t in ["a", "b"]:
        yield t, spark.table("r." + t)
for name, df in tables():
    df.write.saveAsTable(f"w.{name}")
