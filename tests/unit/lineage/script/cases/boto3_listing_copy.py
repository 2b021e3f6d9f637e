import boto3
s3 = boto3.client("s3")
resp = s3.list_objects_v2(Bucket="src", Prefix="in/")
for o in resp.get("Contents", []):
    key = o["Key"]
    s3.copy_object(CopySource={"Bucket": "src", "Key": key}, Bucket="dst", Key=key)
