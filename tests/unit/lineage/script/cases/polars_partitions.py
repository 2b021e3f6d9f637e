from pathlib import Path

import polars as pl

work = Path("/tmp/work")
a, b = pl.collect_all([pl.scan_csv("s3://raw/a.csv"), pl.scan_csv("s3://raw/b.csv")])
a.write_parquet(work / "a.parquet")
pl.read_parquet(work / "a.parquet").write_parquet("s3://out/a.parquet")
b.lazy().sink_parquet(pl.PartitionByKey("s3://out/by_day/", by="day"), mkdir=True)
b.lazy().sink_parquet(pl.PartitionMaxSize(base_path="s3://out/by_size", max_size=100))
