import redshift_connector
conn = redshift_connector.connect(host="dwh.abc.eu-west-1.redshift.amazonaws.com", database="prod", port=5439, user="u", password="p")
with conn.cursor() as cursor:
    cursor.execute("UNLOAD ('select * from public.orders') TO 's3://exports/orders/' PARQUET")
