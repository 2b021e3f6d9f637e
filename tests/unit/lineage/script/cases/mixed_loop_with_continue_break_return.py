def find(paths):
    for p in paths:
        try:
            df = spark.read.parquet(p)
        except Exception:
            continue
        if df.count() > 0:
            return df
    return None
x = find(["s3://i/1", "s3://i/2"])
x.write.parquet("s3://o/f")
for p in ["s3://i/3", "s3://i/4"]:
    if exists(p):
        chosen = p
        break
    elif other(p):
        continue
    print(p)
else:
    chosen = "s3://i/default"
spark.read.csv(chosen).write.csv("s3://o/c")
