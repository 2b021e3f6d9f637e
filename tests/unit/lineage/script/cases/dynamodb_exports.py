import boto3
from awsglue.context import GlueContext
from pyspark.context import SparkContext

glueContext = GlueContext(SparkContext.getOrCreate())
client = boto3.client("dynamodb")
arn = client.describe_table(TableName="seats")["Table"]["TableArn"]
seats = glueContext.create_dynamic_frame.from_options(
    "dynamodb",
    {
        "dynamodb.export": "ddb",
        "dynamodb.tableArn": arn,
        "dynamodb.s3.bucket": "stage",
        "dynamodb.s3.prefix": "seats/",
    },
)
seats.toDF().write.parquet("s3://cinema/seats/")
client.export_table_to_point_in_time(
    TableArn="arn:aws:dynamodb:eu-west-1:123456789012:table/films",
    S3Bucket="cinema",
    S3Prefix="exports/films",
)
