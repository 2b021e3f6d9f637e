"""The one place that names datasets, as OpenLineage does.

Every text may hold placeholders in braces (``{arg:x}``, ``{date}``, ``{unknown}``). What the
job's own arguments tell is put in before a name is made; the rest stays. A user, a password or
any other parameter of a URL never gets into a name.
"""

from glueline_worker.lineage.naming.aws import (
    athena_table,
    catalog_table,
    dynamodb,
    kinesis,
    table_by_arn,
)
from glueline_worker.lineage.naming.connections import glue_connection
from glueline_worker.lineage.naming.databases import jdbc, redshift, snowflake
from glueline_worker.lineage.naming.options import from_options
from glueline_worker.lineage.naming.paths import location, s3
from glueline_worker.lineage.naming.services import bigquery, kafka, mongodb, opensearch
from glueline_worker.lineage.naming.spark import spark_table
from glueline_worker.lineage.naming.text import (
    UNKNOWN,
    is_resolved,
    resolve_arguments,
    split_name,
)

__all__ = [
    "UNKNOWN",
    "athena_table",
    "bigquery",
    "catalog_table",
    "dynamodb",
    "from_options",
    "glue_connection",
    "is_resolved",
    "jdbc",
    "kafka",
    "kinesis",
    "location",
    "mongodb",
    "opensearch",
    "redshift",
    "resolve_arguments",
    "s3",
    "snowflake",
    "spark_table",
    "split_name",
    "table_by_arn",
]
