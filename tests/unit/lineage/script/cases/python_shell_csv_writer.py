import boto3, csv, io
s3 = boto3.resource("s3")
body = s3.Object("in-b", "x/users.csv").get()["Body"].read().decode("utf-8").splitlines()
out = io.StringIO()
writer = csv.writer(out)
for row in csv.reader(body):
    writer.writerow([row[0], row[1].upper()])
s3.Object("out-b", "x/users.csv").put(Body=out.getvalue())
