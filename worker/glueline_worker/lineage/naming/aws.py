"""Datasets that AWS names by ARN: catalog tables, streams, DynamoDB tables."""

import re
from functools import lru_cache

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming.text import (
    EMPTY_CONTEXT,
    UNKNOWN_NAME,
    lower,
    mask,
    resolve_arguments,
    strip_quotes,
)

_ARN = re.compile(r"arn:(aws[\w-]*):([\w-]+):([^:]*):([^:]*):(.+)", re.DOTALL)
_ACCOUNT = re.compile(r"\d{12}")
_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eu-isof-", "aws-iso-f"),
)


def name_catalog_table(
    database: str,
    table: str,
    context: LineageContext = EMPTY_CONTEXT,
    catalog_id: str | None = None,
) -> Dataset:
    """Return a table of the Data Catalog: ``table/{database}/{table}`` in Glue's lower case.

    ``catalog_id`` is an account or a nested catalogue (``123456789012:name``), which stands before
    the database as it does in the table's ARN. The default is that of ``context``, whose account
    may be a nested catalogue too.
    """
    region, account, nested = context.region, context.account, ""
    if not catalog_id and account and ":" in account:
        catalog_id = account
    if catalog_id:
        identifier = strip_quotes(resolve_arguments(catalog_id, context))
        region, account, nested = _split_catalog_id(identifier, context)
    parts = (nested, *(_normalise_name(name, context) for name in (database, table)))
    path = "/".join(part for part in parts if part)
    return Dataset(namespace=make_namespace("glue", region, account), name=f"table/{path}")


def parse_table_arn(arn: str) -> Dataset | None:
    """Return the table of the Data Catalog that an ARN names; None for an ARN of anything else."""
    parts = _split_arn(arn.strip())
    if parts is None or parts[1] != "glue" or not parts[4].lower().startswith("table/"):
        return None
    partition, _, region, account, path = parts
    return Dataset(namespace=f"arn:{partition}:glue:{region}:{account}", name=lower(path))


def name_athena_table(catalog: str, database: str, table: str, context: LineageContext) -> Dataset:
    """Return a table in a catalogue by Athena's name for it.

    Athena writes nested catalogues as ``s3tablescatalog/bucket``. Any other name is that of one of
    its data catalogs, which may be a database behind a Lambda function: its tables are not named as
    Glue's.
    """
    catalog = strip_quotes(resolve_arguments(catalog, context))
    is_own = catalog.lower() in {"", "awsdatacatalog"}
    if is_own or "/" in catalog or catalog.startswith("{") or _ACCOUNT.fullmatch(catalog):
        return name_catalog_table(database, table, context, None if is_own else catalog)
    namespace = (
        f"{make_namespace('athena', context.region, context.account)}:datacatalog/{lower(catalog)}"
    )
    return Dataset(
        namespace=namespace,
        name=f"{_normalise_name(database, context)}.{_normalise_name(table, context)}",
    )


def name_kinesis_stream(stream: str, context: LineageContext = EMPTY_CONTEXT) -> Dataset:
    """Return a Kinesis stream by its ARN or its name."""
    return _name_resource("kinesis", "stream", stream, context)


def name_delivery_stream(stream: str, context: LineageContext = EMPTY_CONTEXT) -> Dataset:
    """Return a Firehose stream by its ARN or its name."""
    return _name_resource("firehose", "deliverystream", stream, context)


def name_dynamodb_table(table: str, context: LineageContext = EMPTY_CONTEXT) -> Dataset:
    """Return a DynamoDB table by its ARN or its name."""
    return _name_resource("dynamodb", "table", table, context)


def _name_resource(service: str, kind: str, text: str, context: LineageContext) -> Dataset:
    text = strip_quotes(resolve_arguments(text, context))
    region, account = context.region, context.account
    if parts := _split_arn(text):
        region, account, text = parts[2:]
        text = text.removeprefix(f"{kind}/").split("/")[0]
    return Dataset(
        namespace=make_namespace(service, region, account), name=f"{kind}/{text or UNKNOWN_NAME}"
    )


def _split_catalog_id(
    identifier: str, context: LineageContext
) -> tuple[str | None, str | None, str]:
    """Return the region, account and nested catalogue of a catalog id or an ARN."""
    if parts := _split_arn(identifier):
        _, service, region, account, path = parts
        nested = path.removeprefix("catalog").strip("/")
        if service == "s3tables":  # Glue mounts every table bucket under this catalogue
            nested = f"s3tablescatalog/{nested.removeprefix('bucket/')}"
        known = (_know(region, context.region), _know(account, context.account))
        return *known, lower(nested)
    masked, restore = mask(identifier)
    account, separator, nested = map(restore, masked.partition(":"))
    if separator and (_ACCOUNT.fullmatch(account) or account.startswith("{")):
        return context.region, _know(account, context.account), lower(nested.strip("/"))
    if identifier.startswith("{") and "s3tablescatalog/" in identifier:
        return context.region, context.account, lower(identifier[identifier.index("s3tables") :])
    if _ACCOUNT.fullmatch(identifier) or identifier.startswith("{"):
        return context.region, identifier, ""
    if identifier.lower() == "awsdatacatalog":
        return context.region, context.account, ""
    return context.region, context.account, lower(identifier.strip("/"))


def _split_arn(text: str) -> tuple[str, str, str, str, str] | None:
    """Return the parts of an ARN, any of which may be known only at run time; else None."""
    masked, restore = mask(text)
    if (match := _ARN.fullmatch(masked)) is None:
        return None
    partition, service, region, account, path = map(restore, match.groups())
    return partition, service, region, account, path


def _know(found: str, known: str | None) -> str | None:
    """Return a region or account; the job's own where the script only asked for it."""
    is_open = not found or found in {UNKNOWN_NAME, "{account}", "{region}"}
    return (known or found or None) if is_open else found


def _normalise_name(name: str, context: LineageContext) -> str:
    return lower(strip_quotes(resolve_arguments(name, context))) or UNKNOWN_NAME


@lru_cache(maxsize=64)
def make_namespace(service: str, region: str | None, account: str | None) -> str:
    """Return the start of the ARNs of a service, ``arn:aws:glue:eu-west-1:123456789012``.

    What is not known stands in braces.
    """
    region, account = region or "{region}", account or "{account}"
    if _ACCOUNT.match(account):  # a nested catalogue may follow
        account = account.partition(":")[0]
    return f"arn:{_find_partition(region)}:{service}:{region}:{account}"


def _find_partition(region: str) -> str:
    """Return the partition of a region, by the prefixes in AWS's own table of partitions."""
    return next((name for prefix, name in _PARTITIONS if region.startswith(prefix)), "aws")
