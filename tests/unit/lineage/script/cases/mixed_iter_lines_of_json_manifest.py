manifest = json.loads('{"entries": [{"url": "s3://i/1"}, {"url": "s3://i/2"}]}')
urls = [e["url"] for e in manifest["entries"]]
spark.read.csv(urls).write.csv("s3://o/m")
for idx in range(len(urls)):
    spark.read.json(urls[idx]).write.json(f"s3://o/{idx}")
