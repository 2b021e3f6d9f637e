import duckdb as db
from duckdb import read_parquet

con = db.connect()
clicks = read_parquet("s3://web/clicks/*.parquet")
visits = con.read_csv("s3://web/visits.csv")
con.sql("ATTACH '111122223333' AS lake (TYPE iceberg, ENDPOINT_TYPE glue)")
con.sql("CREATE VIEW users AS SELECT id, name AS label FROM lake.crm.users")
users = con.table("users")
clicks.union(visits).to_parquet("s3://web/all.parquet")
users.query("u", "SELECT label FROM u").pl().write_parquet("s3://web/labels.parquet")
rows = users.fetchall()
