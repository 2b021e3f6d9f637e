import duckdb

duckdb.sql("INSTALL httpfs; LOAD httpfs; SET s3_region='eu-west-1';")
duckdb.sql("CREATE OR REPLACE SECRET s (TYPE s3, PROVIDER credential_chain);")
duckdb.execute(
    """
    COPY (
        SELECT o.id, c.name
        FROM read_parquet('s3://lake/orders/*.parquet') o
        JOIN read_csv_auto('s3://lake/customers.csv', header=true) c ON o.customer = c.id
    ) TO 's3://lake/out/orders.parquet' (FORMAT parquet)
    """
)
total = duckdb.query("SELECT sum(amount) AS total FROM 's3://lake/payments.parquet'").df()
total.to_csv("s3://lake/out/total.csv")
