import psycopg2
conn = psycopg2.connect(host="dwh.abc.eu-west-1.redshift.amazonaws.com", port=5439, dbname="prod", user="u", password="p")
cur = conn.cursor()
cur.execute("COPY public.sales FROM 's3://lake/sales/' IAM_ROLE 'arn:aws:iam::1:role/r' FORMAT AS PARQUET")
conn.commit()
