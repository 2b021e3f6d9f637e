def read(path):
    for attempt in range(3):
        try:
            df = spark.read.parquet(path)
            break
        except Exception as e:
            if attempt == 2:
                raise
            time.sleep(1)
    df.createOrReplaceTempView("v")
    return df
out = read("s3://i/x")
out.write.parquet("s3://o/x")
while True:
    try:
        d2 = spark.table("a.b")
        break
    except Exception:
        raise
    finally:
        print("x")
d2.write.saveAsTable("c.d")
