import duckdb
import pandas as pd

URL = "postgresql://loader:x@pg.example.com:5432/shop"
con = duckdb.connect()
con.execute(f"ATTACH '{URL}' AS pg (TYPE postgres, SCHEMA 'public')")
con.execute("CREATE OR REPLACE TABLE pg.public.orders AS SELECT * FROM 's3://raw/orders.parquet'")
con.execute("DELETE FROM pg.public.returns WHERE old")
con.execute(
    """
    COPY (
        SELECT * FROM postgres_scan('host=pg.example.com port=5432 dbname=crm', 'crm', 'people')
    ) TO 's3://out/people.parquet' (FORMAT parquet)
    """
)
pd.read_sql("SELECT * FROM public.prices", URL).to_csv("s3://out/prices.csv")
