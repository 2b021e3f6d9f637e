import sys

import duckdb
import pandas as pd
from awsglue.utils import getResolvedOptions

day = getResolvedOptions(sys.argv, ["day"])["day"]
con = duckdb.connect(":memory:")
staff = pd.read_json("s3://hr/staff.json")
con.execute("ATTACH 'dbname=shop host=pg.example.com port=5432 password=x' AS pg (TYPE postgres)")
con.execute(f"CREATE TABLE sold AS SELECT * FROM read_parquet('s3://lake/sales/{day}/*.parquet')")
con.sql("INSERT INTO sold SELECT * FROM pg.public.sales")
con.register("people", staff)
joined = con.sql("SELECT s.id, p.name FROM sold s JOIN people p ON s.seller = p.id")
joined.filter("id > 0").write_parquet("s3://mart/sold.parquet")
con.execute("SELECT * FROM staff WHERE active").fetchdf().to_parquet("s3://mart/staff.parquet")
con.execute("INSERT INTO pg.public.report SELECT * FROM sold")
con.sql("SELECT * FROM unheard_of").write_csv("s3://mart/unknown.csv")
con.sql("USE pg")
con.sql("COPY public.prices TO 's3://mart/prices.csv'")
