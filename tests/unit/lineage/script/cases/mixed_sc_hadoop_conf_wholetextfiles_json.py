sc._jsc.hadoopConfiguration().set("fs.s3a.access.key", "x")
rdd = sc.wholeTextFiles("s3://i/json/*/").map(lambda x: json.loads(x[1]))
df = spark.createDataFrame(rdd.flatMap(lambda r: r["rows"]))
df.write.json("s3://o/j")
