import awswrangler as wr

frame = wr.s3.read_csv("s3://raw/tents/")
wr.s3.to_parquet(frame, path="s3://camp/tents/", dataset=True)
wr.catalog.create_parquet_table("camp", "tents", "s3://camp/tents/", {"id": "int"})
wr.s3.to_parquet(wr.s3.read_csv("s3://raw/poles/"), path="s3://camp/poles/", dataset=True)
wr.s3.store_parquet_metadata(path="s3://camp/poles/", database="camp", table="poles")
wr.s3.to_csv(wr.s3.read_csv("s3://raw/pegs/"), path="s3://camp/pegs/day=1/x.csv")
wr.catalog.add_csv_partitions("camp", "pegs", partitions_values={"s3://camp/pegs/day=1/": ["1"]})
wr.catalog.create_json_table(database="camp", table="others", path="s3://raw/others/")
rows = wr.lakeformation.read_sql_query("select * from fires", database="camp")
wr.s3.to_json(rows, path="s3://camp/fires.json")
