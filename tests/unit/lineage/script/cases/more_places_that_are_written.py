import awswrangler as wr
import boto3
from awsglue.context import GlueContext
from awsgluedq.transforms import EvaluateDataQuality
from delta.tables import DeltaTable
from pyspark.context import SparkContext

glue_context = GlueContext(SparkContext())
spark = glue_context.spark_session

frame = glue_context.create_dynamic_frame.from_catalog(database="inn", table_name="beds")
EvaluateDataQuality().process_rows(
    frame=frame,
    ruleset="Rules = [RowCount > 0]",
    publishing_options={"resultsS3Prefix": "s3://inn/quality/"},
)

beds = wr.s3.read_parquet("s3://inn/beds")
wr.athena.to_iceberg(beds, database="inn", table="beds_iceberg", table_location="s3://inn/iceberg/beds")

DeltaTable.createIfNotExists(spark).tableName("inn.guests").location("s3://inn/guests").execute()
spark.table("raw.guests").write.insertInto("inn.guests")

rows = spark.table("inn.bills").collect()
boto3.client("firehose").put_record_batch(DeliveryStreamName="bills", Records=[{"Data": row} for row in rows])

spark.table("inn.towels").write.csv("s3://inn/tmp/towels")
for found in boto3.client("s3").list_objects_v2(Bucket="inn", Prefix="tmp/towels")["Contents"]:
    source = {"Bucket": "inn", "Key": found["Key"]}
    boto3.client("s3").copy_object(Bucket="inn", Key="towels.csv", CopySource=source)
