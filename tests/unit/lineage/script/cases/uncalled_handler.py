import boto3
def lambda_handler(event, context):
    s3 = boto3.client("s3")
    s3.copy_object(Bucket="dst", Key="fixed", CopySource={"Bucket": "src", "Key": "fixed"})
