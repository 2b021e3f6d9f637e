import boto3
import pandas as pd

athena = boto3.client("athena")
s3 = boto3.client("s3")


def start(query):
    answer = athena.start_query_execution(
        QueryString=query,
        QueryExecutionContext={"Database": "choir"},
        ResultConfiguration={"OutputLocation": "s3://answers/choir/"},
    )
    return answer["QueryExecutionId"]


first = start("SELECT name FROM singers")
pd.read_csv(f"s3://answers/choir/{first}.csv").to_parquet("s3://choir/singers.parquet")

second = start("SELECT hall FROM concerts")
details = athena.get_query_execution(QueryExecutionId=second)["QueryExecution"]
pd.read_csv(details["ResultConfiguration"]["OutputLocation"]).to_parquet("s3://choir/halls.parquet")

third = start("SELECT song FROM songs")
s3.copy_object(Bucket="choir", Key="songs.csv", CopySource=f"answers/choir/{third}.csv")

fourth = start("SELECT 1 FROM songs")
pd.DataFrame({"id": [fourth]}).to_csv(f"s3://choir/runs/{fourth}.csv")
