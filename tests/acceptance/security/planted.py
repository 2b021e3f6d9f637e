"""A catalogue with a different secret in each place that could hold one, and how to find them."""

import base64
import json
import re
from typing import Any
from urllib.parse import quote

MARK = "0planted"
KEY_ID = "AKIAPLANTED000000001"
"""An access key id is no secret in itself, but AWS's secret key stands beside it."""

FORMS = {
    "bearer": "mF_9.B5f-4.1JqM0planted",
    "basic": "ZXRsOmJhc2ljLTBwbGFudGVk",
    "github": "ghp_0planted0planted0planted0planted0000",
    "slack": "xoxb-0planted-000000000000",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwcGxhbnRlZCJ9.c2lnbmF0dXJlMHBsYW50ZWQ",
    "pem": "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC0planted",
    "aws_secret": "wJalrXUtnFEMI/K7MDENG/bPxRfiCY0plantedK0",
}
"""Secrets that give themselves away by their form, wherever they stand."""
PEM = f"-----BEGIN PRIVATE KEY-----\n{FORMS['pem']}\n-----END PRIVATE KEY-----"

SCRIPT = f'''
## @type: DataSource
## @args: [connection_type = "mysql", connection_options = {{"url": "jdbc:mysql://db/shop", "dbtable": "orders", "user": "etl", "password": "annotated-0planted"}}]
## @return: orders
password = "literal-0planted"
github = "{FORMS["github"]}"
key = """{PEM}"""
spark.conf.set("fs.s3a.access.key", "{KEY_ID}")
spark.conf.set("fs.s3a.secret.key", "{FORMS["aws_secret"]}")
orders = (
    spark.read.format("jdbc")
    .option("url", "jdbc:postgresql://db:5432/shop?user=etl&password=scripturl-0planted")
    .option("dbtable", "orders")
    .option("password", "passed-0planted")
    .load()
)
glueContext.write_dynamic_frame.from_options(
    frame=orders,
    connection_type="mysql",
    connection_options={{
        "url": "jdbc:mysql://etl:scripturl-0planted@db:3306/shop",
        "dbtable": "copies",
        "password": "keyed-0planted",
    }},
)
rest = spark.read.json("https://api.example.com/orders?api_key=query-0planted")
rest.write.parquet("s3://etl:bucketurl-0planted@lake/rest/")
masked = spark.sql("SELECT id, sha2(concat(mail, 'salt'), 256) AS mail FROM shop.orders WHERE token = 'sqltext-0planted'")
masked.write.jdbc("jdbc:oracle:thin:etl/oracle-0planted@db:1521/shop", "masked", properties={{"user": "etl", "password": "properties-0planted"}})
import psycopg2
psycopg2.connect("postgresql://etl:driver-0planted@db/shop").cursor().execute("INSERT INTO audit SELECT * FROM masked")
import redshift_connector
redshift_connector.connect(host="dwh", user="etl", password="connect-0planted", database="dw").cursor().execute("COPY facts FROM 's3://lake/facts' CREDENTIALS 'aws_access_key_id={KEY_ID};aws_secret_access_key={FORMS["aws_secret"]}'")
'''
NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "source": [
                "%%configure\n",
                '{"--db_password": "configured-0planted", "region": "eu-west-1"}',
            ],
        },
        {
            "cell_type": "code",
            "source": [
                'token = "cell-0planted"\n',
                (
                    'spark.read.jdbc("jdbc:mysql://etl:cellurl-0planted@db/shop", "orders")'
                    '.write.saveAsTable("shop.copies")\n'
                ),
            ],
            "outputs": [{"output_type": "stream", "text": ["password=output-0planted\n"]}],
        },
        {"cell_type": "markdown", "source": ["The password is `markdown-0planted`"]},
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}
NODES = {
    "node-1": {"CatalogSource": {"Name": "in", "Database": "shop", "Table": "orders"}},
    "node-2": {
        "SparkConnectorTarget": {
            "Name": "out",
            "Inputs": ["node-1"],
            "ConnectionName": "warehouse",
            "ConnectionType": "marketplace.spark",
            "ConnectorName": "snow",
            "AdditionalOptions": {"dbtable": "t", "sfPassword": "node-0planted"},
        }
    },
    "node-3": {
        "CustomCode": {
            "Name": "code",
            "Inputs": ["node-1"],
            "ClassName": "Custom",
            "Code": "password = 'nodecode-0planted'",
        }
    },
    "node-4": {
        "SparkSQL": {
            "Name": "sql",
            "Inputs": ["node-1"],
            "SqlAliases": [{"From": "node-1", "Alias": "o"}],
            "SqlQuery": "SELECT * FROM o WHERE api_key = 'nodesql-0planted'",
        }
    },
}
PRESTO = "SELECT id, 'jdbc:mysql://etl:prestourl-0planted@db' AS u FROM shop.orders WHERE password = 'presto-0planted'"
CATALOGUE: dict[str, Any] = {
    "databases": {
        "shop": {
            "description": "From jdbc:mysql://etl:description-0planted@db/shop, password: said-0planted",
            "location": "s3://KEYID:locationuri-0planted@lake/shop",
            "parameters": {"api_token": "database-0planted"},
            "tables": {
                "orders": {
                    "description": f"Read with Bearer {FORMS['bearer']}",
                    "columns": [
                        {
                            "name": "id",
                            "type": "bigint",
                            "comment": "see postgresql://etl:comment-0planted@db/x",
                            "parameters": {"encryption_key": "column-0planted"},
                        }
                    ],
                    "partition_keys": {"day": "string"},
                    "partitions": [
                        {
                            "values": ["2025-01-01"],
                            "location": "s3://KEYID:partitionurl-0planted@lake/shop/1",
                            "parameters": {"auth-token": "partition-0planted"},
                        }
                    ],
                    "location": "jdbc:mysql://etl:tableurl-0planted@db/shop",
                    "parameters": {
                        "db.password": "parameter-0planted",
                        "comment": "password=commented-0planted",
                        "url": "jdbc:mysql://db/shop?user=etl&password=tableurl-0planted",
                        "jdbc.properties": "user=etl;pwd=pairs-0planted",
                    },
                    "raw": {
                        "StorageDescriptor": {
                            "Location": "jdbc:mysql://etl:tableurl-0planted@db/shop",
                            "Columns": [
                                {
                                    "Name": "id",
                                    "Type": "bigint",
                                    "Comment": "see postgresql://etl:comment-0planted@db/x",
                                    "Parameters": {"encryption_key": "column-0planted"},
                                }
                            ],
                            "Parameters": {"sas_token": "descriptor-0planted"},
                            "SerdeInfo": {
                                "SerializationLibrary": "org.example.Serde",
                                "Parameters": {
                                    "hbase.password": "serde-0planted",
                                    "uri": "mongodb://etl:serdeurl-0planted@db/shop",
                                },
                            },
                        }
                    },
                },
                "seen_presto": {"view": {"presto": PRESTO}, "columns": {"id": "bigint"}},
                "seen_spark": {
                    "view": {
                        "spark": "SELECT id FROM shop.orders WHERE secret_token = 'sparkview-0planted'"
                    },
                    "columns": {"id": "bigint"},
                },
            },
        },
        "denied": {"tables": {"t": {"columns": {"id": "bigint"}}}},
        "surprise": {"tables": {"t": {"columns": {"id": "bigint"}}}},
    },
    "jobs": {
        "copy": {
            "description": "psql postgresql://etl:jobtext-0planted@db/shop",
            "script": SCRIPT,
            "connections": ["warehouse"],
            "arguments": {
                "--db_password": "argument-0planted",
                "--conf": "spark.hadoop.fs.password=option-0planted",
                "--target": "jdbc:mysql://etl:argumenturl-0planted@db/shop",
                "--header": f"Authorization: Bearer {FORMS['bearer']}",
                "--login": f"Authorization: Basic {FORMS['basic']}",
                "--ci": FORMS["github"],
                "--notify": FORMS["slack"],
                "--session": FORMS["jwt"],
                "--cert": PEM,
                "--s3": f"{KEY_ID}:{FORMS['aws_secret']}",
                "--json": '{"user": "etl", "password": "jsonargument-0planted"}',
            },
        },
        "book": {
            "script": json.dumps(NOTEBOOK),
            "script_location": "s3://scripts/book.ipynb",
        },
        "seen": {"script": "import sys", "nodes": NODES},
    },
    "connections": {
        "warehouse": {
            "type": "JDBC",
            "properties": {
                "JDBC_CONNECTION_URL": "jdbc:mysql://etl:jdbcurl-0planted@db:3306/shop",
                "USERNAME": "etl",
                "PASSWORD": "connection-0planted",
                "ENCRYPTED_PASSWORD": "encrypted-0planted",
            },
        }
    },
}


IN_CATALOGUE = sorted({*re.findall(rf"\w+-{MARK}\b", repr(CATALOGUE)), *FORMS.values()})
"""What ends in the mark, and what gives itself away by its form."""


def forms(secret: str) -> set[str]:
    """``secret`` as it is and as others write it: in base64, hex, URLs and JSON."""
    raw = secret.encode()
    encoded = {secret, raw.hex(), raw.hex().upper(), quote(secret, safe="")}
    encoded |= {quote(secret), json.dumps(secret)[1:-1], secret.replace("/", "\\/")}
    for before in range(3):  # the three ways in which a text can stand in base64
        standard = base64.b64encode(b"\0" * before + raw)
        cut = standard[[0, 2, 3][before] : -4].decode()
        encoded |= {cut, cut.translate(str.maketrans("+/", "-_"))}
    return encoded


def leaks(secrets: list[str], places: dict[str, str]) -> list[str]:
    """``SECRET in PLACE`` for each secret that stands in a place in any form."""
    return [
        f"{secret} in {place}"
        for secret in secrets
        for place, text in places.items()
        if any(form in text for form in forms(secret))
    ]
