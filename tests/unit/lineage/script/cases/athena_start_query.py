import boto3
client = boto3.client("athena")
query = """
INSERT INTO curated.daily
SELECT * FROM raw.events
"""
client.start_query_execution(QueryString=query, QueryExecutionContext={"Database": "raw"}, ResultConfiguration={"OutputLocation": "s3://athena-results/"})
