import boto3
def run_query(sql, db):
    return boto3.client("athena", region_name="eu-west-1").start_query_execution(QueryString=sql, QueryExecutionContext={"Database": db})
run_query("create table summary as select k, count(*) n from events group by k", "web")
