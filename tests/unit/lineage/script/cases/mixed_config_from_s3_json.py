obj = boto3.client("s3").get_object(Bucket=args["cfg_bucket"], Key=args["cfg_key"])
config = json.loads(obj["Body"].read().decode("utf-8"))
for t in config["tables"]:
    df = spark.read.parquet(config["base"] + "/" + t["name"])
    df.write.saveAsTable(t["db"] + "." + t["target"])
