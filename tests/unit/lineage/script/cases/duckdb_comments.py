import connectorx
import duckdb

con = duckdb.connect()
con.execute("""
    -- it's the daily load; COPY old TO 's3://out/old.csv';
    ATTACH 'host=pg.example.com port=5432 dbname=shop' AS pg (TYPE postgres);
    /* COPY pg.public.orders TO 's3://out/never.csv'; */
    COPY (SELECT * FROM pg.public.orders) TO 's3://out/orders--today.csv' -- the end
""")
con.execute("SELECT * FROM 's3://raw/a.csv'")
con.fetch_df_chunk(10).to_csv("s3://out/a.csv")
url = "postgresql://loader:x@pg.example.com:5432/shop"
frame = connectorx.read_sql(url, "SELECT id FROM public.people", return_type="polars")
frame.write_csv("s3://out/people.csv")
