"""Valid answers of Glue to start from; each call returns a new one."""

import base64
import json

from glueline_worker.catalog.record_origin import RecordOrigin

WHERE = {"source": "lake", "region": "eu-west-1"}
ORIGIN = RecordOrigin(**WHERE)


def column(name, type_text="string", **more):
    return {"Name": name, "Type": type_text, **more}


def table(*columns, **changes):
    answer = {
        "Name": "orders",
        "DatabaseName": "sales",
        "CatalogId": "123456789012",
        "Description": "All orders",
        "Owner": "hadoop",
        "CreateTime": 1_700_000_000.0,
        "UpdateTime": 1_700_000_100.5,
        "LastAccessTime": 0,
        "Retention": 0,
        "VersionId": "3",
        "IsRegisteredWithLakeFormation": False,
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": [column("dt", Comment="day")],
        "Parameters": {"classification": "parquet", "EXTERNAL": "TRUE"},
        "StorageDescriptor": {
            "Columns": list(columns) or [column("id", "bigint"), column("lines", "array<struct<sku:string>>")],
            "Location": "s3://lake/sales/orders/",
            "AdditionalLocations": ["s3://lake/old/orders/"],
            "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            "Compressed": True,
            "NumberOfBuckets": 4,
            "SerdeInfo": {
                "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
                "Parameters": {"serialization.format": "1"},
            },
            "BucketColumns": ["id"],
            "SortColumns": [{"Column": "id", "SortOrder": 1}, {"Column": "dt", "SortOrder": 0}],
            "Parameters": {"CrawlerSchemaDeserializerVersion": "1.0"},
        },
    }  # fmt: skip
    return answer | changes


def partition(**changes):
    return {
        "Values": ["2024-01-01", "a/b"],
        "CatalogId": "123456789012",
        "CreationTime": 1_700_000_000,
        "StorageDescriptor": {"Location": "s3://lake/sales/orders/dt=2024-01-01/", "Columns": [column("id")]},
        "Parameters": {"numRows": "7"},
    } | changes  # fmt: skip


def database(**changes):
    return {
        "Name": "sales",
        "Description": "Sales",
        "LocationUri": "s3://lake/sales",
        "Parameters": {"owner": "team"},
        "CreateTime": 1_700_000_000,
        "CatalogId": "123456789012",
    } | changes


def job(**changes):
    return {
        "Name": "load orders",
        "Role": "arn:aws:iam::123456789012:role/glue",
        "CreatedOn": 1_700_000_000,
        "LastModifiedOn": 1_700_000_100,
        "Command": {"Name": "glueetl", "ScriptLocation": "s3://scripts/load orders.py", "PythonVersion": "3"},
        "DefaultArguments": {"--job-language": "python", "--env": "prod", "--db_password": "hunter2"},
        "NonOverridableArguments": {"--env": "fixed"},
        "Connections": {"Connections": ["warehouse"]},
        "MaxRetries": 1,
        "Timeout": 60,
        "MaxCapacity": 10.0,
        "WorkerType": "G.1X",
        "NumberOfWorkers": 5,
        "GlueVersion": "4.0",
        "ExecutionClass": "FLEX",
        "JobMode": "VISUAL",
        "CodeGenConfigurationNodes": {
            "node-1": {"JDBCConnectorSource": {"Name": "in", "AdditionalOptions": {"password": "hunter2", "url": "jdbc:mysql://u:hunter2@h/db"}}},
            "node-2": {"DynamicTransform": {"Parameters": [{"Name": "api_key", "Value": ["hunter2"]}]}},
            "node-3": {"CustomCode": {"Code": "connect(password='hunter2')", "Inputs": ["node-1"]}},
        },
    } | changes  # fmt: skip


def presto_view(kind="View", **definition):
    encoded = base64.b64encode(json.dumps(definition).encode()).decode()
    return f"/* Presto {kind}: {encoded} */"
