import pyarrow.parquet as pq
import s3fs

files = s3fs.S3FileSystem()
meters = pq.ParquetDataset("s3://grid/meters/", filesystem=files).read_pandas().to_pandas()
sites = pq.ParquetFile("s3://grid/sites.parquet").read().to_pandas()
meters.merge(sites, on="site").to_parquet("s3://grid/joined.parquet")
