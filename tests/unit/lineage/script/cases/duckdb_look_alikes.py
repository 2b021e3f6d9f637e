import ours as duckdb

con = duckdb.connect("s3://lake/db.duckdb")
con.register("people", [1])
duckdb.from_parquet("s3://lake/people.parquet")
duckdb.from_query("SELECT * FROM 's3://lake/people.parquet'")
