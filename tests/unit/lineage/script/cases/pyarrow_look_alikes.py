import ours.dataset as ds

orders = ds.dataset("s3://lake/orders/", format="parquet")
ds.write_dataset("s3://lake/a", "s3://lake/b")
