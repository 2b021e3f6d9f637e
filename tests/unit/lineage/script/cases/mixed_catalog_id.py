a = glueContext.create_dynamic_frame.from_catalog(database="d", table_name="t", catalog_id="999999999999")
glueContext.write_dynamic_frame.from_options(frame=a, connection_type="s3", connection_options={"path": "s3://o/x"}, format="parquet")
