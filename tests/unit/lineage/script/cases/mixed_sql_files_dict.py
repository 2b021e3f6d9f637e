QUERIES = {
 "dim_user": """SELECT u.id, u.name FROM staging.users u""",
 "fact": """SELECT o.id, u.name FROM staging.orders o JOIN dim_user u ON u.id=o.uid""",
}
for name, q in QUERIES.items():
    df = spark.sql(q)
    df.createOrReplaceTempView(name)
    df.write.mode("overwrite").parquet("s3://dwh/" + name)
