import fsspec
import polars as pl
import pyarrow.parquet as pq
import s3fs

fs = s3fs.S3FileSystem(anon=False)
frames = [pl.read_csv(f"s3://{name}") for name in fs.glob("s3://raw/a/*.csv")]
pl.concat(frames).write_parquet("s3://out/a.parquet")
for name in fs.ls("raw/b"):
    pq.write_to_dataset(pq.read_table(name, filesystem=fs), "out/b", filesystem=fs)

fs.get("raw/c.csv", "/tmp/c.csv")
pl.read_csv("/tmp/c.csv").write_parquet("/tmp/c.parquet")
fs.put("/tmp/c.parquet", "s3://out/c.parquet")
fs.get("raw/settings.json", "/tmp/settings.json")
fs.copy("raw/d.csv", "out/d.csv")
fs.pipe("out/e.csv", fs.cat("raw/e.csv"))
if fs.exists("raw/f"):
    fs.rm("raw/f", recursive=True)

s3 = fsspec.filesystem("s3")
with s3.open("raw/g.csv") as source, s3.open("out/g.parquet", mode="wb") as target:
    pl.read_csv(source).write_parquet(target)
fsspec.filesystem("file").cp("raw/h", "out/h")

found, path = fsspec.core.url_to_fs("s3://raw/i.csv")
with found.open(path) as source:
    pl.read_csv(source).write_csv("s3://out/i.csv")
