"""botocore's data, without the parts that no call of Glueline's uses.

Glue's model describes 257 operations, and each answer of GetJob some hundred kinds of nodes. To
read all of it takes a quarter of a second of CPU time and 20 MB. Operations are left out that
``iam_actions`` does not list, and answers of services whose parser does not look at them.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.loaders import JSONFileLoader, Loader
from msgspec import Raw, json

from glueline_worker.aws.iam_actions import PERMISSIONS

_USED: dict[str, set[str]] = {"sts": {"AssumeRoleWithWebIdentity"}}
"""The operations of each service; profiles can hold a web identity."""
for _permission in PERMISSIONS:
    _USED.setdefault(_permission.action.partition(":")[0], set()).update(_permission.operations)
USED_SERVICES = frozenset(_USED)
_LARGE = ("operations", "shapes", "documentation")
_Parts = dict[str, Raw]
"""The parts of a JSON object, not read yet."""


class UsedDataLoader(Loader):
    """Loads botocore's data from fixed paths: boto3 adds a path for each of its sessions."""

    def __init__(self, paths: list[str]) -> None:
        """Look into ``paths`` before botocore's own."""
        super().__init__(extra_search_paths=paths, file_loader=_UsedData())

    @property
    def search_paths(self) -> list[str]:
        """The folders with data."""
        return list(self._search_paths)

    def list_available_services(self, type_name: str) -> list[str]:
        """List the services that have a folder, without a look into the 400 folders."""
        del type_name
        return sorted({name for path in self._potential_locations() for name in os.listdir(path)})  # noqa: PTH208


class _UsedData(JSONFileLoader):
    """Reads files of data as plain dictionaries."""

    def _load_file(self, full_path: str, open_method: Any) -> Any:
        path = Path(full_path)
        if not path.is_file():
            return None
        with open_method(full_path, "rb") as file:
            data: bytes = file.read()
        kind, names = path.name.removesuffix(".gz"), _USED.get(path.parts[-3])
        if kind == "service-2.json" and names is not None:
            return keep_used_operations(data, names)
        return _keep_used_endpoints(data) if kind == "endpoints.json" else json.decode(data)


def keep_used_operations(data: bytes, names: set[str]) -> dict[str, Any]:
    """Read a service model, of its operations those of ``names`` with their shapes only."""
    parts = json.decode(data, type=_Parts)
    model = {name: json.decode(part) for name, part in parts.items() if name not in _LARGE}
    # PlainJSONParser reads answers without their shapes.
    unread = "output" if model["metadata"].get("protocol") == "json" else ""
    operations = {
        name: json.decode(operation)
        for name, operation in json.decode(parts["operations"], type=_Parts).items()
        if name in names
    }
    for operation in operations.values():
        operation.pop(unread, None)
    described, shapes = json.decode(parts["shapes"], type=_Parts), dict[str, Any]()
    found = list(_iterate_shapes(operations))
    while found:
        name = found.pop()
        if name not in shapes:
            shapes[name] = json.decode(described[name])
            found += _iterate_shapes(shapes[name])
    return {**model, "operations": operations, "shapes": shapes}


def _iterate_shapes(node: Any) -> Iterator[str]:
    """Yield the names of the shapes that a part of a model refers to; drop its documentation."""
    if isinstance(node, dict):
        if isinstance(node.get("documentation"), str):
            del node["documentation"]
        for key, value in node.items():
            if key == "shape" and isinstance(value, str):
                yield value
            else:
                yield from _iterate_shapes(value)
    elif isinstance(node, list):
        for item in node:
            yield from _iterate_shapes(item)


def _keep_used_endpoints(data: bytes) -> dict[str, Any]:
    """Read the table of endpoints, of its services those that are called."""
    parts = json.decode(data, type=_Parts)
    partitions = json.decode(parts.pop("partitions"), type=list[_Parts])
    found = []
    for partition in partitions:
        services = json.decode(partition.pop("services"), type=_Parts)
        used = {name: json.decode(part) for name, part in services.items() if name in USED_SERVICES}
        found.append({name: json.decode(part) for name, part in partition.items()})
        found[-1]["services"] = used
    return {"partitions": found, **{name: json.decode(part) for name, part in parts.items()}}
