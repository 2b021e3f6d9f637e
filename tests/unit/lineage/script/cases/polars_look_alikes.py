import ours as pl

frame = pl.scan_iceberg("s3://lake/metadata/a.json")
pl.scan_delta("s3://lake/delta")
pl.read_ipc("s3://lake/a.ipc")
pl.read_database_uri("SELECT * FROM a", "postgresql://h/d")
