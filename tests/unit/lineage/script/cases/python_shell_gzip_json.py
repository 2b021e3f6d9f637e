import boto3, gzip, json
s3 = boto3.client("s3")
raw = s3.get_object(Bucket="a", Key="d.json.gz")["Body"].read()
records = [json.loads(line) for line in gzip.decompress(raw).decode().split("\n")]
cleaned = [{"id": r["id"]} for r in records if r]
s3.put_object(Bucket="b", Key="d.json", Body=json.dumps(cleaned))
