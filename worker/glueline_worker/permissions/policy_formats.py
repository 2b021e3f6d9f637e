"""Render policies for IAM itself, Terraform and CloudFormation."""

import json
from collections.abc import Sequence
from typing import Any

from glueline_worker.permissions.policy_documents import (
    PolicyDocument,
    Principal,
    make_terraform_name,
)


def render_iam(principals: Sequence[Principal]) -> str:
    """Render the reader's policy, for the console or ``aws iam create-policy``."""
    return json.dumps(principals[-1].policy, indent=2)


def render_chain(principals: Sequence[Principal]) -> str:
    """Render every principal with its policy and its trust, as one JSON document."""
    return json.dumps(
        [
            {"role": principal.arn, "policy": principal.policy, "trust_policy": principal.trust}
            for principal in principals
            if principal.policy or principal.trust
        ],
        indent=2,
    )


def render_terraform(source: str, principals: Sequence[Principal]) -> str:
    """Render a policy for each principal, and the roles with their trust."""
    blocks: list[str] = []
    for principal in principals:
        name = make_terraform_name(f"glueline_{source}_{principal.name}")
        if principal.trust:
            blocks.append(
                _render_block("aws_iam_role", name, _make_role(principal), principal.trust)
            )
        if principal.policy:
            description = f"What Glueline needs for the source {source}"
            values = {"name": _make_policy_name(source, principal), "description": description}
            blocks.append(_render_block("aws_iam_policy", name, values, principal.policy, "policy"))
        if principal.trust and principal.policy:
            blocks.append(
                f'resource "aws_iam_role_policy_attachment" "{name}" {{\n'
                f"  role       = aws_iam_role.{name}.name\n"
                f"  policy_arn = aws_iam_policy.{name}.arn\n}}\n"
            )
    return "\n".join(blocks)


def render_cloudformation(source: str, principals: Sequence[Principal]) -> str:
    """Render a template as JSON, with managed policies and roles."""
    resources: dict[str, Any] = {}
    for principal in principals:
        name = "".join(
            part.capitalize()
            for part in make_terraform_name(f"{source}_{principal.name}").split("_")
        )
        if principal.policy:
            resources[f"{name}Policy"] = {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {
                    "Description": f"What Glueline needs for the source {source}",
                    "ManagedPolicyName": _make_policy_name(source, principal),
                    "PolicyDocument": principal.policy,
                },
            }
        if principal.trust:
            resources[f"{name}Role"] = {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "RoleName": _make_role(principal)["name"],
                    "Path": _make_role(principal)["path"],
                    "AssumeRolePolicyDocument": principal.trust,
                    "ManagedPolicyArns": [{"Ref": f"{name}Policy"}],
                },
            }
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"IAM of the Glueline source {source}",
        "Resources": resources,
    }
    return json.dumps(template, indent=2)


def _make_policy_name(source: str, principal: Principal) -> str:
    return f"glueline-{source}-{principal.name}"[:128]


def _make_role(principal: Principal) -> dict[str, str]:
    """Return the name and the path of a role."""
    assert principal.arn is not None
    path, _, name = principal.arn.partition(":role/")[2].rpartition("/")
    return {"name": name, "path": f"/{path}/" if path else "/"}


def _render_block(
    kind: str,
    name: str,
    values: dict[str, str],
    document: PolicyDocument,
    member: str = "assume_role_policy",
) -> str:
    lines = [f"  {key} = {_quote(value)}" for key, value in values.items()]
    # In a heredoc ${ and %{ would begin a template.
    text = json.dumps(document, indent=2).replace("${", "$${").replace("%{", "%%{")
    body = "\n".join(f"    {line}" for line in text.splitlines())
    return "\n".join(
        [f'resource "{kind}" "{name}" {{', *lines, f"  {member} = <<-JSON", body, "  JSON", "}", ""]
    )


def _quote(text: str) -> str:
    return json.dumps(text).replace("${", "$${").replace("%{", "%%{")
