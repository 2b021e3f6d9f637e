"""Make partitions in the form of Glue's answers."""

from typing import Any

from glueline_simulator.catalogue import models
from glueline_simulator.catalogue.definitions import CREATED


def define_partitions(table: dict[str, Any], model: models.TableEntry) -> list[dict[str, Any]]:
    """Make the partitions of a table as GetPartitions returns them."""
    return [_define_partition(table, partition) for partition in model.partitions]


def define_partition_indexes(model: models.TableEntry) -> list[dict[str, Any]]:
    """Make the partition indexes of a table."""
    types = {column.name: column.type for column in model.partition_keys}
    return [
        {
            "IndexName": name,
            "Keys": [{"Name": key, "Type": types.get(key, "string")} for key in keys],
            "IndexStatus": "ACTIVE",
        }
        for name, keys in model.partition_indexes.items()
    ]


def _define_partition(table: dict[str, Any], partition: models.PartitionEntry) -> dict[str, Any]:
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
