import csv
import gzip
import io
import json

import boto3
import s3fs
import smart_open

s3 = boto3.client("s3")


def rows_of(handle):
    for line in handle:
        yield json.loads(line)


packed = s3.get_object(Bucket="posts", Key="a.gz")["Body"].read()
kept = []
with gzip.GzipFile(fileobj=io.BytesIO(packed)) as unpacked:
    for line in unpacked:
        kept.append({"id": json.loads(line)["id"]})
s3.put_object(Bucket="kept", Key="a.json", Body=json.dumps(kept))

s3.download_file("posts", "b.csv", "/tmp/b.csv")
with open("/tmp/b.csv") as handle:
    names = [row["name"].strip() for row in csv.DictReader(handle)]
s3.put_object(Bucket="kept", Key="b.txt", Body="\n".join(names))

s3.download_file("posts", "c.json", "/tmp/c.json")
with open("/tmp/c.json") as handle:
    found = list(rows_of(handle))
s3.put_object(Bucket="kept", Key="c.json", Body=json.dumps(found))

with smart_open.open("s3://posts/d.txt") as source, smart_open.open("s3://kept/d.txt", "w") as target:
    for line in source:
        target.write(line.upper())

with s3fs.S3FileSystem().open("kept/marker", "w") as target:
    target.write("done")
