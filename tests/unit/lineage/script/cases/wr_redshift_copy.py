import awswrangler as wr
con = wr.redshift.connect("dwh-conn")
df = wr.s3.read_csv("s3://in/prices.csv")
wr.redshift.copy(df=df, path="s3://temp/stage/", con=con, schema="public", table="prices", mode="append")
con.close()
