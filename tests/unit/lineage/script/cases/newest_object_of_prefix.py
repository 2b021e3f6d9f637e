import boto3

store = boto3.client("s3")
listed = store.list_objects_v2(Bucket="drop", Prefix="scans/")
if "Contents" not in listed or len(listed["Contents"]) == 0:
    raise RuntimeError("nothing there")
newest = max(listed["Contents"], key=lambda entry: entry["LastModified"])["Key"]
scans = spark.read.csv(f"s3://drop/{newest}")
name = newest.split("/")[-1]
scans.write.parquet("s3://keep/" + newest.replace("scans/", "clean/"))
store.copy_object(Bucket="keep", Key=f"raw/{name}", CopySource={"Bucket": "drop", "Key": newest})
