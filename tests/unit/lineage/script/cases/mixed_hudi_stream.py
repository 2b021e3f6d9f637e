def hudi_conf(db, table, key):
    return {"hoodie.table.name": table, "hoodie.datasource.hive_sync.database": db, "hoodie.datasource.hive_sync.table": table, "hoodie.datasource.hive_sync.enable": "true", "hoodie.datasource.write.recordkey.field": key}
def process(df, bid):
    for t in ["orders", "items"]:
        d = df.filter(F.col("table") == t)
        if d.count() > 0:
            conf = hudi_conf("lake", t, "id")
            conf["hoodie.datasource.write.operation"] = "upsert"
            d.write.format("org.apache.hudi").options(**conf).mode("append").save(f"s3://lake/{t}")
stream = glueContext.create_data_frame.from_options("kafka", {"connectionName": "msk", "topicName": "cdc", "startingOffsets": "earliest"})
glueContext.forEachBatch(frame=stream, batch_function=process, options={"windowSize": "60 seconds"})
