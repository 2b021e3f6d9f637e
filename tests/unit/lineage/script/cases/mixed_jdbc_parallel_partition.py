jdbc_url = "jdbc:oracle:thin:@//db.example.com:1521/ORCLPDB"
tables = [("HR", "EMPLOYEES", "ID"), ("HR", "DEPTS", None)]
for schema, table, key in tables:
    reader = spark.read.format("jdbc").option("url", jdbc_url).option("dbtable", f"{schema}.{table}")
    if key:
        reader = reader.option("partitionColumn", key).option("numPartitions", 4)
    df = reader.load()
    writer = df.write.mode("overwrite").format("parquet")
    if key:
        writer = writer.partitionBy(key)
    writer.save(f"s3://raw/{schema.lower()}/{table.lower()}/")
