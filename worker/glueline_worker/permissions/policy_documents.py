"""IAM documents: what the reader of a source may do, and who may become it."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from glueline.contract.errors import UsageError
from glueline_worker.aws.iam_actions import PERMISSIONS, Feature
from glueline_worker.permissions.policy_resources import Place, arns, secret_arn

VERSION = "2012-10-17"
LIMIT = 6144
"""Characters of a managed policy, white space not counted."""
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody on the way to a source: whoever runs the workers, or a role."""

    name: str
    """A word for names of resources: ``caller``, or the role's name."""
    arn: str | None
    """The role; None for whoever runs the workers."""
    policy: Document | None
    """What it must be allowed, None when that is nothing."""
    trust: Document | None
    """Who may assume it."""


def identities(place: Place, features: Iterable[Feature], principal: str) -> list[Identity]:
    """All identities from the workers' own to the one that reads, which is the last.

    ``principal`` is the ARN that the first role trusts. Raises UsageError when the policy would
    be larger than IAM allows.
    """
    roles = place.source.roles
    keys = _keys(place)
    ways = [*([_assume(role.arn)] for role in roles), _reading(place, features)]
    ways[0] = [*keys, *ways[0]]
    found = [Identity("caller", None, _policy(ways[0]), None)]
    trusted = principal
    for role, statements in zip(roles, ways[1:], strict=True):
        name = role.arn.rpartition("/")[2]
        trust = _trust(trusted, role.external_id)
        found.append(Identity(name, role.arn, _policy(statements), trust))
        trusted = role.arn
    return found


def usual_principal(place: Place) -> str:
    """The account of the first role, when nobody said who runs the workers."""
    arn = place.source.roles[0].arn if place.source.roles else ""
    account = arn.split(":")[4] if arn else place.account
    return f"arn:{place.partition}:iam::{account}:root"


def size(document: Document) -> int:
    """Characters as IAM counts them."""
    return len(json.dumps(document, separators=(",", ":")))


def _reading(place: Place, features: Iterable[Feature]) -> list[Document]:
    """The statements of the reader; without the filters' names when those are too many."""
    wanted = frozenset(features)
    for tried in (place, replace(place, narrow=False)):
        statements = _statements(tried, wanted)
        if size({"Version": VERSION, "Statement": statements}) <= LIMIT:
            return statements
    found = size({"Version": VERSION, "Statement": statements})
    raise UsageError(
        f"the policy would have {found:,} characters, and IAM takes {LIMIT:,}: "
        "name fewer buckets and keys, or patterns such as 'team-*-scripts'"
    )


def _statements(place: Place, features: frozenset[Feature]) -> list[Document]:
    """One statement for each service and set of resources, so that no action gets too many."""
    needed: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    names: dict[tuple[str, tuple[str, ...]], str] = {}
    for permission in PERMISSIONS:
        resources = arns(permission.resource, place)
        if permission.feature in features and resources:
            service = permission.action.partition(":")[0]
            needed.setdefault((service, resources), []).append(permission.action)
            kind = "".join(map(str.capitalize, permission.resource.split("-")))
            names.setdefault((service, resources), f"{service.capitalize()}{kind}")
    return [_allow(names[at], sorted(actions), at[1]) for at, actions in needed.items()]


def _keys(place: Place) -> list[Document]:
    """The statements for keys by reference; with ``secrets_from`` they are another source's."""
    source, found = place.source, []
    kinds = {"secretsmanager:": "secretsmanager:GetSecretValue", "ssm:": "ssm:GetParameter"}
    for kind, action in kinds.items():
        references = source.references(kind)
        if references and source.secrets_from is None:
            named = dict.fromkeys(secret_arn(reference, place) for reference in references)
            found.append(_allow(f"{kind.capitalize()[:-1]}Keys", [action], tuple(named)))
    return found


def _assume(arn: str) -> Document:
    return _allow("NextRole", ["sts:AssumeRole"], (arn,))


def _allow(sid: str, actions: list[str], resources: tuple[str, ...]) -> Document:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": actions,
        "Resource": list(resources) if len(resources) > 1 else resources[0],
    }


def _trust(principal: str, external_id: str | None) -> Document:
    statement: Document = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "sts:AssumeRole",
    }
    if external_id is not None:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    return {"Version": VERSION, "Statement": [statement]}


def _policy(statements: list[Document]) -> Document | None:
    return {"Version": VERSION, "Statement": statements} if statements else None


def word(text: str) -> str:
    """The text as a name for Terraform."""
    return re.sub(r"\W+", "_", text).strip("_").lower()
