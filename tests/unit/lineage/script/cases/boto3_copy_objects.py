import boto3
s3 = boto3.resource("s3")
s3.meta.client.copy({"Bucket": "a", "Key": "x/y.json"}, "b", "z/y.json")
client = boto3.client("s3")
client.copy_object(Bucket="c", Key="k2", CopySource="d/k1")
s3.Object("e", "new").copy_from(CopySource={"Bucket": "e", "Key": "old"})
client.delete_object(Bucket="a", Key="x/y.json")
