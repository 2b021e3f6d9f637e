if args["env"] == "prod":
    src, dst = "s3://p-in/x", "s3://p-out/x"
    db = "prod_db"
else:
    src, dst = "s3://d-in/x", "s3://d-out/x"
    db = "dev_db"
df = spark.read.parquet(src)
df.write.parquet(dst)
dyf = glueContext.create_dynamic_frame.from_catalog(database=db, table_name="t")
glueContext.write_dynamic_frame.from_options(frame=dyf, connection_type="s3", connection_options={"path": dst + "/t"}, format="csv")
sink = glueContext.getSink(connection_type="s3", path=dst + "/s", enableUpdateCatalog=True)
sink.setCatalogInfo(catalogDatabase=db, catalogTableName="out")
sink.setFormat("json")
sink.writeFrame(dyf)
dyf.toDF().createOrReplaceTempView("v")
spark.sql(f"insert into {db}.z select * from v")
