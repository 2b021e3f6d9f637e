import sys

import boto3
from awsglue.utils import getResolvedOptions

args = getResolvedOptions(sys.argv, ["bucket", "key"])
s3 = boto3.client("s3")
body = s3.get_object(Bucket=args["bucket"], Key=args["key"])["Body"].read()
s3.put_object(Bucket="kept", Key=args["key"], Body=body)
