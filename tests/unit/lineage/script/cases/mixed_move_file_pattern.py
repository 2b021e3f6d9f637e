s3r = boto3.resource("s3")
src = {"Bucket": "in", "Key": args["key"]}
s3r.Bucket("archive").copy(src, "done/" + args["key"])
s3r.Object("in", args["key"]).delete()
for o in s3r.Bucket("in").objects.filter(Prefix="x/"):
    s3r.Object("archive", o.key).copy_from(CopySource="in/" + o.key)
    o.delete()
