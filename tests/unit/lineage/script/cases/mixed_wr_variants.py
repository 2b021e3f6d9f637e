import awswrangler as wr
df = wr.s3.read_parquet_table(database="d", table="t")
for chunk in wr.s3.read_csv("s3://i/big.csv", chunksize=1000):
    wr.s3.to_parquet(chunk, path="s3://o/chunks", dataset=True)
wr.athena.to_iceberg(df=df, database="ice", table="t2", temp_path="s3://tmp/")
files = wr.s3.list_objects("s3://i/list/")
wr.s3.to_json(wr.s3.read_json(files), path="s3://o/list.json")
con = wr.mysql.connect("my")
wr.mysql.to_sql(df, con, table="tt", schema="ss", mode="append")
wr.redshift.unload_to_files(sql="select * from public.u", path="s3://o/unl/", con=wr.redshift.connect("rs"))
wr.athena.unload(sql="select * from ev", path="s3://o/ath/", database="web")
wr.opensearch.index_df(c, df=df, index="i")
