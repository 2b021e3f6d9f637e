import csv
import io
import json

import boto3

s3 = boto3.client("s3")
text, parts = "", []
for entry in s3.list_objects_v2(Bucket="choir", Prefix="songs/")["Contents"]:
    body = s3.get_object(Bucket="choir", Key=entry["Key"])["Body"].read().decode("utf-8")
    text += body.strip() + "\n"
    parts.append(body)
s3.put_object(Body=text.encode("utf-8"), Bucket="out", Key="added.txt")
s3.put_object(Body="\n".join(parts), Bucket="out", Key="joined.txt")

table = s3.get_object(Bucket="choir", Key="singers.csv")["Body"].read().decode("utf-8")
rows = list(csv.DictReader(io.StringIO("name,voice\n" + table)))
buffer = io.StringIO()
csv.DictWriter(buffer, fieldnames=["name"]).writerows(rows)
s3.put_object(Body=buffer.getvalue(), Bucket="out", Key="singers.csv")

lines = s3.get_object(Bucket="choir", Key="log.jsonl")["Body"].read().decode()
documents = [json.loads(line) for line in ("" + lines).splitlines()]
s3.put_object(Body=json.dumps({"documents": documents}), Bucket="out", Key="log.json")
s3.put_object(Body=f"--\n{lines}\n--".replace("a", "b"), Bucket="out", Key="framed.txt")

# fields of records, put together as people do
people = json.loads(s3.get_object(Bucket="choir", Key="people.json")["Body"].read())
for person in people:
    row = {"name": person["first"] + " " + person["last"], "both": f"{person['a']}, {person['b']}"}
    boto3.resource("dynamodb").Table("people").put_item(Item=row)

# a name from the content of an object is a name
settings = json.loads(s3.get_object(Bucket="choir", Key="settings.json")["Body"].read())
path = f"s3://out/{settings['folder']}/"
s3.put_object(Body="", Bucket="out", Key="done")
