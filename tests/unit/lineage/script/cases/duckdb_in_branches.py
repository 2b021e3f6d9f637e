import sys

import duckdb

con = duckdb.connect()
con.execute("ATTACH 'host=pg.example.com port=5432 dbname=one' AS one (TYPE postgres)")
con.execute("ATTACH 'host=pg.example.com port=5432 dbname=two' AS two (TYPE postgres)")
con.execute(
    "ATTACH '111122223333' AS lake (TYPE iceberg, "
    "ENDPOINT 'glue.eu-west-1.amazonaws.com/iceberg', AUTHORIZATION_TYPE 'sigv4')"
)
con.execute("ATTACH 's3://lake/prices' AS prices (TYPE delta)")
con.execute("COPY (SELECT * FROM prices) TO 's3://out/prices.parquet'")
if sys.argv[1] == "prod":
    con.execute("ATTACH 'host=prod.example.com port=5432 dbname=a' AS pg (TYPE postgres)")
    con.execute("USE one")
else:
    con.execute("ATTACH 'host=dev.example.com port=5432 dbname=a' AS pg (TYPE postgres)")
    con.execute("USE two")
con.execute("COPY pg.public.orders TO 's3://out/orders.parquet'")
con.execute("COPY public.people TO 's3://out/people.parquet'")
con.execute("USE lake.sales")
con.execute("COPY visits TO 's3://out/visits.parquet'")
