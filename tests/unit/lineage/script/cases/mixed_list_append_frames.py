dfs = []
for y in range(2020, 2023):
    for m in ("01", "02"):
        dfs.append(spark.read.parquet(f"s3://i/{y}/{m}"))
res = dfs[0]
for d in dfs[1:]:
    res = res.unionByName(d, allowMissingColumns=True)
res.write.parquet("s3://o/all")
