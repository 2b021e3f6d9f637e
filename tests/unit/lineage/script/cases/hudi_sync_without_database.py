ferries = spark.table("port.ferries")
ferries.write.format("hudi").options(
    **{"hoodie.table.name": "ferries", "hoodie.datasource.hive_sync.enable": "true"}
).mode("append").save("s3://harbour/ferries")
