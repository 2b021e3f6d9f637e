import boto3
import pandas as pd

athena = boto3.client("athena")
answer = athena.start_query_execution(
    QueryString="SELECT id, name FROM boats", QueryExecutionContext={"Database": "quay"}
)
query = answer["QueryExecutionId"]
state = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"]
rows = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
pd.DataFrame(rows).to_csv("s3://out/boats.csv")
boto3.client("dynamodb").put_item(TableName="runs", Item={"id": query, "state": state})

redshift = boto3.client("redshift-data")
job = redshift.execute_statement(WorkgroupName="wg", Database="dw", Sql="SELECT * FROM piers")
records = redshift.get_statement_result(Id=job["Id"])["Records"]
pd.DataFrame(records).to_parquet("s3://out/piers.parquet")
