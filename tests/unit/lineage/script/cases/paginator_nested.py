import boto3
s3 = boto3.client("s3")
pages = s3.get_paginator("list_objects_v2").paginate(Bucket="src", Prefix="p/")
for page in pages:
    for item in page["Contents"]:
        s3.copy({"Bucket": "src", "Key": item["Key"]}, "dst", "copy/" + item["Key"])
