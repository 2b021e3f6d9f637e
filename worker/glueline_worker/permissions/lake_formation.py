"""Find out whether an empty answer means that there is nothing, or that Lake Formation hides it.

Lake Formation silently leaves out what it does not grant. Its own API shows a caller only
what the caller was granted, and needs permissions of its own. But Glue's answers say which
databases it governs: others name ``IAM_ALLOWED_PRINCIPALS`` in their default permissions.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from glueline.contract.checks import CheckItem, CheckState
from glueline.contract.sentences import list_some
from glueline_worker.permissions.probes import Sample

IAM_PRINCIPALS = "IAM_ALLOWED_PRINCIPALS"
_MOST_NAMES = 3
"""The most databases that a sentence names."""


def is_governed(database: Mapping[str, Any]) -> bool | None:
    """Tell whether Lake Formation decides who sees new tables; None if the answer does not say."""
    defaults = database.get("CreateTableDefaultPermissions")
    if not isinstance(defaults, list):
        return None
    principals = (entry.get("Principal") or {} for entry in defaults if isinstance(entry, dict))
    return all(each.get("DataLakePrincipalIdentifier") != IAM_PRINCIPALS for each in principals)


def adjust_for_lake_formation(items: list[CheckItem], sample: Sample) -> list[CheckItem]:
    """Return the items, changed where an answer may have left something out."""
    found = {}
    if not sample.databases:
        found["glue:GetDatabases"] = _make_hidden("no database is visible")
    elif not sample.tables:
        found["glue:GetTables"] = _judge_missing_tables(sample.searched)
    elif named := _list_governed(sample.databases):
        found["glue:GetTables"] = (CheckState.ALLOWED, _describe_governed(named))
    return [
        _adjust_item(item, *found[item.permission])
        if item.permission in found and item.state is CheckState.ALLOWED
        else item
        for item in items
    ]


def _adjust_item(item: CheckItem, state: CheckState, remark: str) -> CheckItem:
    detail = f"{item.detail}; {remark}" if state is CheckState.ALLOWED else remark
    return item.model_copy(update={"state": state, "detail": detail})


def _judge_missing_tables(searched: Sequence[Mapping[str, Any]]) -> tuple[CheckState, str]:
    what = "no table is visible in the first databases"
    if named := _list_governed(searched):
        remark = "it leaves out without a word what it does not grant (grant DESCRIBE there)"
        return CheckState.HIDDEN, f"{what}, and Lake Formation governs {named}: {remark}"
    if searched and all(is_governed(database) is False for database in searched):
        return CheckState.ALLOWED, f"{what}, and IAM alone decides who sees new ones"
    return _make_hidden(what)


def _make_hidden(what: str) -> tuple[CheckState, str]:
    reason = "there is none, or Lake Formation leaves it out without a word"
    advice = "grant DESCRIBE there, and compare with what an administrator sees"
    return CheckState.HIDDEN, f"{what}: {reason} ({advice})"


def _describe_governed(named: str) -> str:
    return f"Lake Formation governs {named}: tables there that it does not grant are left out"


def _list_governed(databases: Sequence[Mapping[str, Any]]) -> str:
    """Name the databases that Lake Formation governs, the first of them."""
    names = [str(database.get("Name")) for database in databases if is_governed(database)]
    return list_some(names, _MOST_NAMES)
