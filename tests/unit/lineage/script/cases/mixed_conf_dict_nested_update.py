conf = {"source": {"path": "s3://i"}, "target": {}}
conf["target"]["path"] = conf["source"]["path"].replace("s3://i", "s3://o")
conf["target"].setdefault("format", "parquet")
df = spark.read.load(conf["source"]["path"] + "/t")
getattr(df.write.mode("overwrite"), conf["target"]["format"])(conf["target"]["path"] + "/t")
