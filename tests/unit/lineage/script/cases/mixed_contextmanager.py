from contextlib import contextmanager
@contextmanager
def session(name):
    spark = SparkSession.builder.appName(name).getOrCreate()
    try:
        yield spark
    finally:
        spark.stop()
with session("x") as sp:
    sp.table("a.b").write.parquet("s3://o/x")
