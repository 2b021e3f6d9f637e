from pathlib import PurePosixPath
base = PurePosixPath("bucket/data")
spark.read.csv("s3://" + str(base / "in")).write.csv(f"s3://{base / 'out'}")
from urllib.parse import urlparse
u = urlparse("s3://bk/pre/fix")
s3c = boto3.client("s3")
s3c.put_object(Bucket=u.netloc, Key=u.path.lstrip("/") + "/f.txt", Body="x")
