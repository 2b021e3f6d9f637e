"""Check that a successful answer holds what its operation promises.

A proxy, an emulator or a service in trouble can answer 200 with something else: an error, an
empty object, a page without its list. Such an answer must not count as the end of a listing,
because everything on the missing pages would count as deleted. Glue writes a list even when it is
empty; only answers of S3 and of annotations may go without one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from botocore.exceptions import ClientError
from msgspec import Raw

from glueline_worker.aws.json_parser import UnreadableAnswer
from glueline_worker.catalog.listed import decode_json

AwsAnswer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Listing:
    """An answer with a list in ``member``.

    Its items are of type ``of``, JSON that is not decoded, or null.
    """

    member: str
    of: type = dict
    token: str = "NextToken"  # noqa: S105 - of a page


@dataclass(frozen=True, slots=True)
class _Single:
    """An answer with a text at ``key`` of the object in ``member``, or of the answer itself."""

    member: str
    key: str = ""


_EXPECTED: Mapping[str, _Listing | _Single] = {
    "GetDatabases": _Listing("DatabaseList"),
    "GetTables": _Listing("TableList"),
    "GetPartitions": _Listing("Partitions"),
    "GetJobs": _Listing("Jobs"),
    "ListJobs": _Listing("JobNames", str),
    "GetDatabase": _Single("Database", "Name"),
    "GetTable": _Single("Table", "Name"),
    "GetJob": _Single("Job", "Name"),
    "GetConnection": _Single("Connection", "Name"),
    "GetCallerIdentity": _Single("", "Account"),
    "GetParameter": _Single("Parameter", "Value"),
}
_ERROR_MEMBERS = ("message", "Message", "error", "Error", "errors", "errorMessage", "errorType")
"""Members of an error, which no listing of Glue has."""
_RESPONSES = ("response", "result", "output")
"""The ends of the type of an answer that some emulators name."""
_S3_LISTING = ("Contents", "CommonPrefixes", "IsTruncated", "KeyCount", "Name")
"""Members, at least one of which a listing of S3 has; an empty list itself is left out."""


def check_answer(operation: str, answer: AwsAnswer) -> AwsAnswer:
    """Return the answer if it is one of ``operation``.

    Raises ClientError when it holds an error's code instead, else UnreadableAnswer.
    """
    missing = _find_missing(operation, answer)
    code = answer.get("__type")
    is_error = isinstance(code, str) and bool(code) and not code.lower().endswith(_RESPONSES)
    if missing is None and not is_error:
        return answer
    if isinstance(code, str) and code:
        message = answer.get("message") or answer.get("Message") or ""
        error = {"Code": code.rpartition("#")[2], "Message": str(message)}
        metadata = answer.get("ResponseMetadata") or {}
        raise ClientError({"Error": error, "ResponseMetadata": metadata}, operation)
    raise UnreadableAnswer(f"this is no answer to {operation}: {missing}")


def drop_nulls(items: list[Any]) -> tuple[list[Any], int]:
    """Return a list without its nulls, and the number of nulls."""
    present = [item for item in items if item is not None]
    return present, len(items) - len(present)


def is_object_listing(answer: AwsAnswer) -> bool:
    """Tell whether an answer of ListObjectsV2 is a page that says whether it is the last.

    An empty page has no list. Without such an answer, each object is asked for by itself.
    """
    is_cut = answer.get("IsTruncated") and not answer.get("NextContinuationToken")
    return any(member in answer for member in _S3_LISTING) and not is_cut


def _find_missing(operation: str, answer: AwsAnswer) -> str | None:
    """Describe what the answer lacks; None when it is whole."""
    promised = _EXPECTED.get(operation)
    if isinstance(promised, _Listing):
        return _find_missing_in_listing(promised, answer)
    if isinstance(promised, _Single):
        return _find_missing_in_single(promised, answer)
    special = _SPECIAL.get(operation)
    return special(answer) if special else None


def _find_missing_in_single(promised: _Single, answer: AwsAnswer) -> str | None:
    found = answer.get(promised.member) if promised.member else answer
    if isinstance(found, Raw):
        found = decode_json(bytes(found))
    if not isinstance(found, dict):
        return f"it has no {promised.member}"
    value = found.get(promised.key)
    return None if isinstance(value, str) and value else f"it has no {promised.key}"


def _find_missing_in_listing(promised: _Listing, answer: AwsAnswer) -> str | None:
    items, token = answer.get(promised.member), answer.get(promised.token)
    if any(answer.get(member) for member in _ERROR_MEMBERS):
        return "it is an error"
    if not isinstance(items, list):
        return f"it has no list {promised.member}"
    if not all(item is None or isinstance(item, (promised.of, Raw)) for item in items):
        return f"{promised.member} holds something else"
    if token is not None and not isinstance(token, str):
        return f"its {promised.token} is not a text"
    return None


def _find_missing_in_graph(answer: AwsAnswer) -> str | None:
    """Look for the lists of nodes and edges: one is there even without annotations."""
    lists = [answer[name] for name in ("DagNodes", "DagEdges") if answer.get(name) is not None]
    if not lists or not all(isinstance(items, list) for items in lists):
        return "it has no lists DagNodes and DagEdges"
    items = list(chain.from_iterable(lists))
    is_whole = all(item is None or isinstance(item, dict) for item in items)
    return None if is_whole else "DagNodes or DagEdges hold something else"


def _find_missing_in_secret(answer: AwsAnswer) -> str | None:
    """Look for a text or a name: a secret of bytes has no text."""
    members = ("SecretString", "SecretBinary", "ARN", "Name")
    is_whole = any(isinstance(answer.get(member), str) for member in members)
    return None if is_whole else "it has no SecretString"


_SPECIAL = {
    "GetDataflowGraph": _find_missing_in_graph,
    "GetSecretValue": _find_missing_in_secret,
}
