"""Hudi's constants for the keys of its options, as Scala and Java name them."""

from __future__ import annotations

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.values import MISSING, External, Value
from glueline_worker.lineage.script.models.library import Library

_SYNC = "hoodie.datasource.hive_sync"
_KEYS = {
    "HIVE_DATABASE": f"{_SYNC}.database",
    "HIVE_TABLE": f"{_SYNC}.table",
    "HIVE_SYNC_ENABLED": f"{_SYNC}.enable",
    "META_SYNC_DATABASE_NAME": f"{_SYNC}.database",
    "META_SYNC_TABLE_NAME": f"{_SYNC}.table",
    "META_SYNC_ENABLED": f"{_SYNC}.enable",
    "TABLE_NAME": "hoodie.table.name",
    "TBL_NAME": "hoodie.table.name",
    "DATABASE_NAME": "hoodie.database.name",
}
_OLD = "_OPT_KEY"
_OWNERS = ("DataSourceWriteOptions", "HoodieWriteConfig", "HoodieSyncConfig", "HoodieTableConfig")


def _get_key(state: State, value: External, name: str) -> Value:
    """Return ``HIVE_TABLE.key`` or ``DataSourceWriteOptions.HIVE_TABLE_OPT_KEY``."""
    del state
    if name == "key":
        return _KEYS.get(value.name, MISSING)
    if name.endswith(_OLD) and value.name in _OWNERS:
        return _KEYS.get(name.removesuffix(_OLD), MISSING)
    return MISSING


def _call_key(call: Call) -> Value:
    """Call ``HIVE_TABLE.key()``."""
    return _KEYS.get(call.parts[-2], MISSING) if len(call.parts) > 1 and not call.args else MISSING


HUDI_CONSTANTS = Library(functions={"key": _call_key}, attributes=(_get_key,))
