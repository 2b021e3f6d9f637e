dfs = {}
for t in get_tables():
    dfs[t] = spark.read.parquet(f"s3://i/{t}")
out = dfs["orders"].join(dfs["users"], "id")
out.write.parquet("s3://o/j")
