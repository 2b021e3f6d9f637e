def save(part):
    c = psycopg2.connect(host=H, dbname="d")
    cur = c.cursor()
    for r in part:
        cur.execute("INSERT INTO tt VALUES (%s)", (r["a"],))
    c.commit()
df = spark.read.parquet("s3://i/p")
df.rdd.foreachPartition(save)
df.foreach(lambda r: boto3.client("sqs").send_message(QueueUrl="q", MessageBody=r["a"]))
