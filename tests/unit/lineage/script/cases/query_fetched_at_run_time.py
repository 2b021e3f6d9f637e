import boto3
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
text = boto3.client("s3").get_object(Bucket="queries", Key="daily.sql")["Body"].read().decode()
for query in text.split(";"):
    spark.sql(query)
spark.table("hr.staff").write.parquet("s3://hr/staff")
