DEFAULTS = dict(fmt="parquet", mode="overwrite")
def save(df, path, **kw):
    o = {**DEFAULTS, **kw}
    df.write.format(o["fmt"]).mode(o["mode"]).save(path)
save(spark.table("a.b"), path="s3://o/1")
save(spark.table("a.c"), "s3://o/2", fmt="delta")
