"""Draw the nodes of visual jobs, as Glue Studio would."""

from typing import Any

from glueline_simulator.generated.scripts import JobFlow


def draw_nodes(flow: JobFlow) -> dict[str, Any]:
    """Draw two catalogue sources, a join, a mapping, and an S3 target with a catalogue table."""
    return {
        "node-1": {"CatalogSource": _make_source("left", flow.left)},
        "node-2": {"S3CatalogSource": _make_source("right", flow.right)},
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
                "Mapping": [
                    _make_mapping("id", "id", "bigint"),
                    _make_mapping("status", "state", "string"),
                ],
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


def _make_source(name: str, table: tuple[str, str]) -> dict[str, str]:
    return {"Name": name, "Database": table[0], "Table": table[1]}


def _make_mapping(source: str, target: str, hive_type: str) -> dict[str, Any]:
    return {
        "ToKey": target,
        "FromPath": [source],
        "FromType": hive_type,
        "ToType": hive_type,
        "Dropped": False,
    }
