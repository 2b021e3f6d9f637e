from ours.tables import DeltaTable, write_deltalake

table = DeltaTable("s3://lake/users")
write_deltalake("s3://lake/users")
table.merge("s3://lake/changes").execute()
table.to_pandas()
