files = ["s3://i/1.csv", "s3://i/2.csv"]
df = pd.concat([pd.read_csv(f) for f in files], ignore_index=True)
df = df[df["x"] > 1].rename(columns={"a": "b"})
wr.s3.to_csv(df=df, path="s3://o/all.csv")
