"""IAM policies: the permissions of the reader of a source, and who may assume its roles."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from glueline.contract.errors import UsageError
from glueline_worker.aws.iam_actions import KEY_ACTIONS, PERMISSIONS, Feature
from glueline_worker.permissions.policy_resources import PolicyScope, list_arns, make_secret_arn

_POLICY_VERSION = "2012-10-17"
POLICY_LIMIT = 6144
"""Characters of a managed policy, white space not counted."""
PolicyDocument = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Principal:
    """An identity on the way to a source: the one that runs the workers, or a role."""

    name: str
    """``caller`` or the role's name, for the names of resources."""
    arn: str | None
    """The role's ARN; None for the identity that runs the workers."""
    policy: PolicyDocument | None
    """The permissions that it needs; None if it needs none."""
    trust: PolicyDocument | None
    """The trust policy of a role."""


def make_principals(
    scope: PolicyScope, features: Iterable[Feature], principal: str
) -> list[Principal]:
    """Make all principals, from the workers' own to the one that reads.

    ``principal`` is the ARN that the first role trusts. Raises UsageError when the policy would
    be larger than IAM allows.
    """
    roles = scope.source.roles
    # Each principal assumes the next role; the last one reads; the first one fetches the keys.
    steps = [
        *([_make_assume_statement(role.arn)] for role in roles),
        _make_reader_statements(scope, features),
    ]
    steps[0] = [*_make_key_statements(scope), *steps[0]]
    found = [Principal("caller", None, _make_policy(steps[0]), None)]
    trusted = principal
    for role, statements in zip(roles, steps[1:], strict=True):
        name = role.arn.rpartition("/")[2]
        trust = _make_trust(trusted, role.external_id)
        found.append(Principal(name, role.arn, _make_policy(statements), trust))
        trusted = role.arn
    return found


def guess_trusted_arn(scope: PolicyScope) -> str:
    """Return the root of the first role's account: a guess at who runs the workers."""
    arn = scope.source.roles[0].arn if scope.source.roles else ""
    account = arn.split(":")[4] if arn else scope.account
    return f"arn:{scope.partition}:iam::{account}:root"


def count_policy_characters(document: PolicyDocument) -> int:
    """Count characters as IAM does, without white space."""
    return len(json.dumps(document, separators=(",", ":")))


def _make_reader_statements(
    scope: PolicyScope, features: Iterable[Feature]
) -> list[PolicyDocument]:
    """Make the statements of the reader, without the filters' names if those are too many."""
    wanted = frozenset(features)
    for candidate in (scope, replace(scope, narrow=False)):
        statements = _make_statements(candidate, wanted)
        if (
            count_policy_characters({"Version": _POLICY_VERSION, "Statement": statements})
            <= POLICY_LIMIT
        ):
            return statements
    found = count_policy_characters({"Version": _POLICY_VERSION, "Statement": statements})
    raise UsageError(
        f"the policy would have {found:,} characters, and IAM takes {POLICY_LIMIT:,}: "
        "name fewer buckets and keys, or patterns such as 'team-*-scripts'"
    )


def _make_statements(scope: PolicyScope, features: frozenset[Feature]) -> list[PolicyDocument]:
    """Make a statement for each service and set of resources, so that no action gets too many."""
    needed: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    names: dict[tuple[str, tuple[str, ...]], str] = {}
    for permission in PERMISSIONS:
        resources = list_arns(permission.resource, scope)
        if permission.feature in features and resources:
            service = permission.action.partition(":")[0]
            needed.setdefault((service, resources), []).append(permission.action)
            kind = "".join(map(str.capitalize, permission.resource.split("-")))
            names.setdefault((service, resources), f"{service.capitalize()}{kind}")
    return [_make_statement(names[key], sorted(actions), key[1]) for key, actions in needed.items()]


def _make_key_statements(scope: PolicyScope) -> list[PolicyDocument]:
    """Make the statements for keys by reference; with ``secrets_from``, another source has them."""
    source, found = scope.source, []
    for kind, action in KEY_ACTIONS.items():
        references = source.references(kind)
        if references and source.secrets_from is None:
            named = dict.fromkeys(make_secret_arn(reference, scope) for reference in references)
            found.append(_make_statement(f"{kind.capitalize()[:-1]}Keys", [action], tuple(named)))
    return found


def _make_assume_statement(arn: str) -> PolicyDocument:
    return _make_statement("NextRole", ["sts:AssumeRole"], (arn,))


def _make_statement(sid: str, actions: list[str], resources: tuple[str, ...]) -> PolicyDocument:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": actions,
        "Resource": list(resources) if len(resources) > 1 else resources[0],
    }


def _make_trust(principal: str, external_id: str | None) -> PolicyDocument:
    statement: PolicyDocument = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "sts:AssumeRole",
    }
    if external_id is not None:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    return {"Version": _POLICY_VERSION, "Statement": [statement]}


def _make_policy(statements: list[PolicyDocument]) -> PolicyDocument | None:
    return {"Version": _POLICY_VERSION, "Statement": statements} if statements else None


def make_terraform_name(text: str) -> str:
    """Turn a text into a name for Terraform."""
    return re.sub(r"\W+", "_", text).strip("_").lower()
