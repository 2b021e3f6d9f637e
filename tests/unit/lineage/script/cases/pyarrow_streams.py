import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.fs import S3FileSystem

store = S3FileSystem(region="eu-west-1")
with store.open_input_file("lake/raw/a.parquet") as source:
    table = pq.read_table(source)
with store.open_output_stream("lake/out/a.parquet") as target:
    pq.write_table(table, target)
with store.open_output_stream(path="lake/out/b.parquet") as sink, pq.ParquetWriter(sink, schema) as writer:
    writer.write_table(table)
