import pyarrow.dataset as ds
from deltalake import DeltaTable

table = DeltaTable("s3://lake/visits")
ds.write_dataset(ds.dataset(table.file_uris()), "s3://out/visits", format="parquet")
print(len(DeltaTable("s3://lake/clicks").files()), DeltaTable("s3://lake/clicks").version())
DeltaTable("s3://lake/clicks").vacuum(retention_hours=168, dry_run=False)
