import boto3, io
import pandas as pd
bucket = boto3.resource("s3").Bucket("landing")
for obj in bucket.objects.filter(Prefix="in/"):
    df = pd.read_excel(io.BytesIO(obj.get()["Body"].read()))
    df.to_csv(f"s3://clean/{obj.key}")
