import boto3

store = boto3.client("s3")
for page in store.get_paginator("list_objects_v2").paginate(Bucket="post", Prefix="mail/"):
    for entry in page.get("Contents", []):
        box = entry["Key"].split("/")[-2]
        letters = spark.read.text("s3://post/" + entry["Key"])
        letters.write.text(f"s3://sorted/{box}/")
