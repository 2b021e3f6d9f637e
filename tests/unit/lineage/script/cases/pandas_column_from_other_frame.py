import pandas as pd
df = pd.read_csv("s3://i/a.csv")
other = pd.read_csv("s3://i/b.csv")
df["x"] = df["k"].map(other.set_index("k")["v"])
df.groupby("k")["x"].sum().reset_index().to_csv("s3://o/g.csv")
other["v"].to_frame().to_parquet("s3://o/n")
