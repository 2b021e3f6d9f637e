import sys

import boto3
from awsglue.utils import getResolvedOptions
from pyspark.conf import SparkConf
from pyspark.sql import SparkSession

args = getResolvedOptions(sys.argv, ["JOB_NAME", "region", "bucket", "arn"])
account = boto3.client("sts").get_caller_identity()["Account"]
IMPL = "software.amazon.s3tables.iceberg.S3TablesCatalog"
by_sdk = boto3.client("s3tables").list_table_buckets()["tableBuckets"][0]["arn"]
conf = SparkConf()
warehouses = {
    "whole": args["arn"],
    "parts": f"arn:aws:s3tables:{args['region']}:{account}:bucket/{args['bucket']}",
    "literal": "arn:aws:s3tables:eu-west-1:123456789012:bucket/vines",
    "sdk": by_sdk,
}
for name, warehouse in warehouses.items():
    conf.set(f"spark.sql.catalog.{name}", "org.apache.iceberg.spark.SparkCatalog")
    conf.set(f"spark.sql.catalog.{name}.catalog-impl", IMPL)
    conf.set(f"spark.sql.catalog.{name}.warehouse", warehouse)
conf.set("spark.sql.catalog.mounted", "org.apache.iceberg.spark.SparkCatalog")
conf.set("spark.sql.catalog.mounted.catalog-impl", "org.apache.iceberg.aws.glue.GlueCatalog")
conf.set("spark.sql.catalog.mounted.glue.id", f"{account}:s3tablescatalog/{args['bucket']}")
conf.set("spark.sql.catalog.rest", "org.apache.iceberg.spark.SparkCatalog")
conf.set("spark.sql.catalog.rest.type", "rest")
conf.set("spark.sql.catalog.rest.uri", f"https://glue.{args['region']}.amazonaws.com/iceberg")
conf.set("spark.sql.catalog.rest.warehouse", f"{account}:s3tablescatalog/{args['bucket']}")
spark = SparkSession.builder.config(conf=conf).getOrCreate()
for name in ["whole", "parts", "literal", "sdk", "mounted", "rest"]:
    spark.read.csv(f"s3://raw/{name}/").writeTo(f"{name}.vineyard.harvest").append()
