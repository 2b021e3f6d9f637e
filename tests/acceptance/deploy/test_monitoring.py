"""Alerts and dashboard ask for what the workers tell."""

import json
import re

import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram
from tests.acceptance.deploy.manifests import DEPLOY, expressions

from glueline.contract.runs import RunState
from glueline.ledger.gauges import Gauges
from glueline.telemetry.ledger_metrics import make_metric_families
from glueline_worker.execution.attempt import UNIT_HANDLERS
from glueline_worker.observe import metrics

ENDINGS = {Counter: ("_total",), Gauge: ("",), Histogram: ("_bucket", "_sum", "_count")}
ALERTS = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())
LABELS_OF_PROMETHEUS = {"instance", "le"}


def told() -> dict[str, set[str]]:
    """The labels of everything that is exported, by its name."""
    found: dict[str, set[str]] = {}
    for one in vars(metrics).values():
        if isinstance(one, Counter | Gauge | Histogram):
            found |= {one._name + end: {*one._labelnames, "le"} for end in ENDINGS[type(one)]}
    rates, units = {"account:region:GetTables": 1}, {("job", "held"): 1}
    some = Gauges(0, 0, 0, 0, 0, {RunState.RUNNING: 1}, rates, units, unserved=1.0)
    for family in make_metric_families(some):
        found[family.name] = set(family.samples[0].labels)
    return found


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_an_expression_asks_for_what_there_is(where: str, expression: str):
    known = told()
    names = set(re.findall(r"\bglueline_\w+", expression))
    assert names, where
    assert names <= known.keys()
    wanted = {
        label.strip()
        for labels in re.findall(r"by \(([^)]*)\)", expression)
        for label in labels.split(",")
    } | set(re.findall(r"(\w+)=~?\"", expression))
    assert wanted <= set.union(*(known[name] for name in names)) | LABELS_OF_PROMETHEUS
    for left, right in ("()", "{}", "[]"):
        assert expression.count(left) == expression.count(right)


def test_states_in_expressions_exist():
    text = "\n".join(expression for _, expression in expressions())
    states = {
        state for found in re.findall(r'state=~"([^"]*)"', text) for state in found.split("|")
    }
    assert states
    assert states <= {state.value for state in RunState}


def test_legends_use_labels_that_the_expression_keeps():
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            used = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            kept = ",".join(re.findall(r"by \(([^)]*)\)", target["expr"]))
            assert used <= {label.strip() for label in kept.split(",")}, panel["title"]


def test_every_alert_says_how_bad_it_is_and_what_to_do():
    assert len({rule["alert"] for rule in ALERTS}) == len(ALERTS)
    for rule in ALERTS:
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"]


def test_what_stops_the_work_has_an_alert():
    """In the order of the work: who enqueues, the queue, who works, AWS, and what comes of it."""
    expressions = " ".join(rule["expr"] for rule in ALERTS)
    for metric in (
        "glueline_ledger_schedules_unserved_seconds",
        "glueline_ledger_up",
        "glueline_ledger_queue_oldest_seconds",
        "glueline_worker_ready",
        "glueline_loop_lag_max_seconds",
        'glueline_aws_calls_total{outcome="throttled"}',
        "glueline_sink_failures_total",
        "glueline_runs_finished_total",
        "glueline_messages_buried_total",
    ):
        assert metric in expressions, metric


def test_panels_do_not_lie_upon_each_other():
    places = [tuple(panel["gridPos"].values()) for panel in DASHBOARD["panels"]]
    assert len(set(places)) == len(places)
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(places)


def test_kinds_of_units_are_few():
    """A label with names of databases in it would make a series for each."""
    assert len(UNIT_HANDLERS) < 20
    for one in vars(metrics).values():
        if isinstance(one, Counter | Gauge | Histogram):
            assert not {"run", "unit", "database", "job", "table"} & set(one._labelnames)
