import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pyarrow import fs
from pyarrow.dataset import write_dataset

s3 = fs.S3FileSystem(region="eu-west-1")
orders = ds.dataset("s3://lake/orders/", format="parquet", partitioning="hive")
ds.write_dataset(orders, base_dir="s3://lake/orders_compact", format="parquet")
clicks = ds.dataset(source="web/clicks", filesystem=s3, format="csv").to_table(columns=["id"])
write_dataset(clicks, "web/clicks_parquet", filesystem=s3, format="parquet")
people = pq.read_table("crm/people.parquet", filesystem=s3)
pq.write_to_dataset(people, root_path=f"crm/{folder}", partition_cols=["day"], filesystem=s3)
with pq.ParquetWriter("s3://lake/stream.parquet", people.schema) as writer:
    for batch in ds.dataset(["s3://lake/a.parquet", "s3://lake/b.parquet"]).to_batches():
        writer.write_batch(batch)
pa.csv.write_csv(pq.read_table("local.parquet"), "s3://lake/local.csv")
