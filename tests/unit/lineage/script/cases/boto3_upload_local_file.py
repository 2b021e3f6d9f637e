import boto3, pandas as pd
s3 = boto3.client("s3")
s3.download_file("src", "a/b.xlsx", "/tmp/b.xlsx")
frame = pd.read_excel("/tmp/b.xlsx")
frame.to_parquet("/tmp/out.parquet")
s3.upload_file("/tmp/out.parquet", "dst", "a/out.parquet")
