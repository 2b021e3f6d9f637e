glue = boto3.client("glue")
t = glue.get_table(DatabaseName="raw", Name="events")
loc = t["Table"]["StorageDescriptor"]["Location"]
df = spark.read.parquet(loc)
df.write.parquet("s3://o/x")
