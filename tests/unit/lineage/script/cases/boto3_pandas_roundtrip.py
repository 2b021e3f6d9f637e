import boto3, io
import pandas as pd
s3 = boto3.client("s3")
obj = s3.get_object(Bucket="in", Key="daily/report.csv")
df = pd.read_csv(io.BytesIO(obj["Body"].read()))
df = df.dropna().groupby("k").sum()
buf = io.StringIO()
df.to_csv(buf, index=False)
s3.put_object(Bucket="out", Key="daily/summary.csv", Body=buf.getvalue())
