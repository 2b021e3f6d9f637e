target = None
def setup():
    global target
    target = "s3://o/g"
setup()
spark.table("a.b").write.parquet(target)
