import awswrangler as wr
con = wr.postgresql.connect(connection="pg")
df = wr.postgresql.read_sql_query("select * from app.users", con=con)
wr.dynamodb.put_df(df=df, table_name="users")
