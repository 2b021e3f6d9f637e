import awswrangler as wr

parcels = wr.s3.read_csv("s3://depot/parcels/")
with wr.redshift.connect(secret_id="warehouse/login", dbname="ops") as connection:
    wr.redshift.to_sql(df=parcels, con=connection, schema="yard", table="parcels")
