import pyarrow as pa
import pyarrow.parquet as pq
import pandas as pd
df = pd.read_json("s3://i/j.json")
table = pa.Table.from_pandas(df)
pq.write_table(table, "s3://o/j.parquet")
other = pq.read_table("s3://i/k.parquet").to_pandas()
other.to_csv("s3://o/k.csv")
