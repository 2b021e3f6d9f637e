import boto3
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pyarrow import fs, ipc, orc

with orc.ORCWriter("s3://out/a.orc") as writer:
    writer.write(orc.ORCFile("s3://raw/a.orc").read())

system = fs.S3FileSystem(region="eu-west-1")
with system.open_input_file("raw/b.arrow") as file:
    table = ipc.open_file(file).read_all()
with system.open_output_stream("out/b.arrow") as sink, ipc.new_file(sink, table.schema) as writer:
    writer.write_table(table)

with pq.ParquetWriter("s3://out/c.parquet", schema=None) as writer:
    for batch in pc.open_csv("s3://raw/c.csv"):
        writer.write_table(pa.Table.from_batches([batch]))

s3 = boto3.client("s3")
body = s3.get_object(Bucket="raw", Key="d.parquet")["Body"].read()
sink = pa.BufferOutputStream()
pq.write_table(pq.read_table(pa.BufferReader(body)), sink)
s3.put_object(Bucket="out", Key="d.parquet", Body=sink.getvalue().to_pybytes())

fs.copy_files("s3://raw/e", "s3://out/e")
found, path = fs.FileSystem.from_uri("s3://raw/f")
ds.write_dataset(ds.dataset(path, filesystem=found), "s3://out/f", format="parquet")
