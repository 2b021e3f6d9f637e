"""Read what the catalogue holds of Iceberg's metadata: required fields and hidden partitions.

Newer answers of Glue have it as ``IcebergTableMetadata``. Iceberg's own catalogues for Hive's
metastore write it as JSON into the parameters ``current-schema`` and ``default-partition-spec``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from glueline_worker.catalog.values import AnswerReader, to_text

_NUMBERED = re.compile(r"(bucket|truncate)\[\d{1,10}\]")
_VOID = "void"
"""The transform of a partition field that was dropped."""


@dataclass(frozen=True, slots=True)
class IcebergSchema:
    """The current schema of a table as far as the catalogue has it."""

    names: Mapping[str, str] = field(default_factory=dict)
    """Fields at the top, as written, by their names in lower case."""
    required: frozenset[str] = frozenset()
    """Names in lower case."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """What new rows hold where no value is given, by names in lower case."""
    partition_transforms: tuple[str, ...] = ()


def read_iceberg_schema(answer: AnswerReader, parameters: Mapping[str, str]) -> IcebergSchema:
    """Return the current schema; an empty one where the answer does not have it."""
    metadata = AnswerReader(answer.fields).find_object("IcebergTableMetadata")
    if metadata is not None:
        schema = _find_current(metadata, "Schemas", "SchemaId", "CurrentSchemaId")
        spec = _find_current(metadata, "PartitionSpecs", "SpecId", "DefaultSpecId")
    else:
        schema = _read_json(parameters.get("current-schema"))
        spec = _read_json(parameters.get("default-partition-spec"))
    fields = list(_read_fields(schema))
    return IcebergSchema(
        names={each["name"].lower(): each["name"] for each in fields},
        required=frozenset(each["name"].lower() for each in fields if each["required"] is True),
        defaults={each["name"].lower(): each["default"] for each in fields if each["default"]},
        partition_transforms=tuple(_read_transforms(spec, {f["id"]: f["name"] for f in fields})),
    )


def _find_current(metadata: AnswerReader, key: str, id_key: str, current_key: str) -> Any:
    """Return the schema or spec that is current, the newest one where none is named."""
    found = AnswerReader(metadata.fields).get_objects(key)
    current = metadata.fields.get(current_key)
    named = [each for each in found if each.get(id_key) == current and current is not None]
    return next(iter(named or found[-1:]), None)


def _read_json(text: str | None) -> Any:
    try:
        return orjson.loads(text) if text else None
    except orjson.JSONDecodeError:
        return None


def _read_fields(schema: Any) -> Iterator[dict[str, Any]]:
    for raw in _get_list(schema, "Fields"):
        name = _get(raw, "Name")
        if isinstance(name, str) and name:
            default = _get(raw, "WriteDefault", "write-default")
            yield {
                "id": _get_id(raw, "Id"),
                "name": name,
                "required": _get(raw, "Required"),
                "default": None if default is None else to_text(default),
            }


def _read_transforms(spec: Any, names: Mapping[int | None, str]) -> Iterator[str]:
    for raw in _get_list(spec, "Fields"):
        transform = _get(raw, "Transform")
        source = names.get(_get_id(raw, "SourceId", "source-id"))
        if not isinstance(transform, str) or source is None or transform == _VOID:
            continue
        if transform == "identity":
            yield source
        elif transform.isalpha() or _NUMBERED.fullmatch(transform):
            yield f"{transform}({source})"


def _get_list(holder: Any, key: str) -> list[Mapping[str, Any]]:
    found = _get(holder, key)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _get_id(holder: Any, key: str, other: str = "") -> int | None:
    found = _get(holder, key, other)
    return found if isinstance(found, int) else None


def _get(holder: Any, key: str, other: str = "") -> Any:
    """Return a value by Glue's name for it, or by that in Iceberg's own JSON."""
    if not isinstance(holder, Mapping):
        return None
    found = holder.get(key)
    return holder.get(other or key.lower()) if found is None else found
