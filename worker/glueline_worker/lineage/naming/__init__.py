"""Name datasets as OpenLineage does, which no other package does.

Every text may hold placeholders in braces (``{arg:x}``, ``{date}``, ``{unknown}``). The values of
the job's own arguments replace theirs before a name is made; the rest stays. A user, a password or
any other parameter of a URL never gets into a name.
"""

from glueline_worker.lineage.naming.aws import (
    name_athena_table,
    name_catalog_table,
    name_delivery_stream,
    name_dynamodb_table,
    name_kinesis_stream,
    parse_table_arn,
)
from glueline_worker.lineage.naming.connections import name_connection_table
from glueline_worker.lineage.naming.databases import (
    name_jdbc_table,
    name_redshift_table,
)
from glueline_worker.lineage.naming.options import read_connection_options
from glueline_worker.lineage.naming.paths import name_location, name_s3_path
from glueline_worker.lineage.naming.services import (
    name_bigquery_table,
    name_kafka_topic,
    name_mongodb_collection,
    name_opensearch_index,
)
from glueline_worker.lineage.naming.spark import is_metadata_table, name_spark_sql_table
from glueline_worker.lineage.naming.text import (
    UNKNOWN_NAME,
    format_short_name,
    is_nameless,
    is_resolved,
    resolve_arguments,
    split_name,
)

__all__ = [
    "UNKNOWN_NAME",
    "format_short_name",
    "is_metadata_table",
    "is_nameless",
    "is_resolved",
    "name_athena_table",
    "name_bigquery_table",
    "name_catalog_table",
    "name_connection_table",
    "name_delivery_stream",
    "name_dynamodb_table",
    "name_jdbc_table",
    "name_kafka_topic",
    "name_kinesis_stream",
    "name_location",
    "name_mongodb_collection",
    "name_opensearch_index",
    "name_redshift_table",
    "name_s3_path",
    "name_spark_sql_table",
    "parse_table_arn",
    "read_connection_options",
    "resolve_arguments",
    "split_name",
]
