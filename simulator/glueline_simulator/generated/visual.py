"""Visual jobs: the nodes Glue Studio would have drawn for a flow."""

from typing import Any

from glueline_simulator.generated.scripts import Flow


def nodes(flow: Flow) -> dict[str, Any]:
    """Two catalog sources, a join, a mapping, and an S3 target that updates the catalog."""
    return {
        "node-1": {"CatalogSource": _table("left", flow.left)},
        "node-2": {"S3CatalogSource": _table("right", flow.right)},
        "node-3": {
            "Join": {
                "Name": "joined",
                "Inputs": ["node-1", "node-2"],
                "JoinType": "left",
                "Columns": [
                    {"From": "node-1", "Keys": [["id"]]},
                    {"From": "node-2", "Keys": [["id"]]},
                ],
            }
        },
        "node-4": {
            "ApplyMapping": {
                "Name": "mapped",
                "Inputs": ["node-3"],
                "Mapping": [_mapping("id", "id", "bigint"), _mapping("status", "state", "string")],
            }
        },
        "node-5": {
            "S3GlueParquetTarget": {
                "Name": "written",
                "Inputs": ["node-4"],
                "Path": flow.path,
                "Compression": "snappy",
                "PartitionKeys": [],
                "SchemaChangePolicy": {
                    "EnableUpdateCatalog": True,
                    "UpdateBehavior": "UPDATE_IN_DATABASE",
                    "Database": flow.target[0],
                    "Table": flow.target[1],
                },
            }
        },
    }


def _table(name: str, table: tuple[str, str]) -> dict[str, str]:
    return {"Name": name, "Database": table[0], "Table": table[1]}


def _mapping(source: str, target: str, hive_type: str) -> dict[str, Any]:
    return {
        "ToKey": target,
        "FromPath": [source],
        "FromType": hive_type,
        "ToType": hive_type,
        "Dropped": False,
    }
