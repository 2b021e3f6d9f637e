"""Partitions in the form of Glue's answers."""

from typing import Any

from glueline_simulator.catalogue import models
from glueline_simulator.catalogue.definitions import CREATED


def partition_definitions(table: dict[str, Any], model: models.Table) -> list[dict[str, Any]]:
    """The partitions of a table as GetPartitions returns them."""
    return [_definition(table, partition) for partition in model.partitions]


def partition_index_definitions(model: models.Table) -> list[dict[str, Any]]:
    """The partition indexes of a table."""
    types = {column.name: column.type for column in model.partition_keys}
    return [
        {
            "IndexName": name,
            "Keys": [{"Name": key, "Type": types.get(key, "string")} for key in keys],
            "IndexStatus": "ACTIVE",
        }
        for name, keys in model.partition_indexes.items()
    ]


def _definition(table: dict[str, Any], partition: models.Partition) -> dict[str, Any]:
    keys = [key["Name"] for key in table.get("PartitionKeys", [])]
    storage = table.get("StorageDescriptor", {})
    path = "/".join(f"{k}={v}" for k, v in zip(keys, partition.values, strict=False))
    location = partition.location or f"{storage.get('Location', '').rstrip('/')}/{path}/"
    where: dict[str, Any] = {
        name: table[name] for name in ("DatabaseName", "CatalogId") if name in table
    }
    return {
        "Values": partition.values,
        **where,
        "TableName": table["Name"],
        "CreationTime": CREATED,
        "LastAccessTime": 0,
        "StorageDescriptor": {**storage, "Location": location},
        "Parameters": partition.parameters,
    }
