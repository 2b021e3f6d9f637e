opts = {"hoodie.table.name": "h", "hoodie.datasource.write.operation": "upsert", "path": "s3://l/h"}
glueContext.write_data_frame.from_catalog(frame=spark.table("a.b"), database="lake", table_name="h", additional_options=opts)
glueContext.write_dynamic_frame.from_options(frame=DynamicFrame.fromDF(spark.table("a.b"), glueContext, "x"), connection_type="custom.spark", connection_options={**opts, "connectionName": "hudi-conn", "hoodie.datasource.hive_sync.database": "lake", "hoodie.datasource.hive_sync.table": "h2"})
glueContext.write_dynamic_frame.from_options(frame=DynamicFrame.fromDF(spark.table("a.b"), glueContext, "x"), connection_type="marketplace.spark", connection_options={"path": "my_catalog.db.icet", "connectionName": "iceberg"})
