q = "CREATE TABLE db.t2 WITH (format='PARQUET', external_location='s3://o/ctas/') AS SELECT a FROM db.t1"
boto3.client("athena").start_query_execution(QueryString=q, QueryExecutionContext=dict(Database="db"))
