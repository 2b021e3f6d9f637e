import awswrangler as wr
df = wr.s3.read_parquet(path="s3://raw/p/", dataset=True)
df["x"] = df["a"] + 1
wr.s3.to_parquet(df=df, path="s3://cur/p/", dataset=True, database="cur", table="p", mode="overwrite")
