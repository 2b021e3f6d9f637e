import awswrangler as wr
sql = "SELECT id, city FROM visits JOIN geo.cities USING (cid)"
df = wr.athena.read_sql_query(sql, database="web")
wr.s3.to_csv(df, "s3://reports/visits.csv", index=False)
