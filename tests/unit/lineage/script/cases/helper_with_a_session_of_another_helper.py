from toolbox.io import read_parquet, read_table, write_rows
from toolbox.session import start

spark = start("looms")
looms = read_table(spark, database="mill", table="looms")
threads = read_parquet(spark, "s3://mill-raw/threads/")
write_rows(looms.join(threads, "loom"), path="s3://mill-lake/threads/")
