"""The CloudFormation template is valid, and its rule asks for what is read."""

from typing import Any

import pytest
import yaml
from tests.acceptance.deploy.manifests import DEPLOY

from glueline.changes import eventbridge
from glueline_worker.permissions.policy_resources import EVENT_QUEUE_NAME

TEMPLATE = DEPLOY / "aws" / "events.yaml"


class _Loader(yaml.SafeLoader):
    """Takes ``!Ref x`` for ``x``."""


_Loader.add_multi_constructor("!", lambda loader, _, node: loader.construct_scalar(node))


def template() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(TEMPLATE.read_text(), _Loader)
    return found


@pytest.mark.filterwarnings("ignore")
def test_the_template_has_no_mistake():
    from cfnlint import api as cfnlint  # imports sympy, which takes a second

    assert [str(match) for match in cfnlint.lint(TEMPLATE.read_text())] == []


def test_the_rule_matches_what_is_read():
    pattern = template()["Resources"]["Rule"]["Properties"]["EventPattern"]
    read = {eventbridge.DATABASE_CHANGE, eventbridge.TABLE_CHANGE, eventbridge.JOB_CHANGE}
    assert pattern == {"source": [eventbridge.OF_GLUE], "detail-type": sorted(read, key=str.lower)}


def test_the_policy_that_is_printed_fits_the_queue_that_is_made():
    assert template()["Parameters"]["QueueName"]["Default"] == EVENT_QUEUE_NAME
