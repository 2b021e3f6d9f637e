# ruff: noqa: INP001 - a script, not a package
"""Write the generated parts of the pages: fields, settings, commands, metrics, JSON Schemas.

``make docs-generated`` runs it. Each generated part of a page stands between
``<!-- generated: name -->`` and ``<!-- end -->``. With ``--check`` the script writes nothing and
names the pages that are out of date.
"""

import contextlib
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import rooms
from benchmarks import report, scaling
from benchmarks.figures import BEFORE, Comparison, Figure, Finding
from benchmarks.tables import COMPARISON, FIGURE, comparison_rows, figure_row
from prometheus_client import Counter, Gauge, Histogram
from pydantic import BaseModel
from tables import fields, model, table

from glueline.api.app import make_app
from glueline.api.context import Metrics
from glueline.cli import build_group
from glueline.contract import messages, records
from glueline.contract.names import task_name
from glueline.contract.runs import RunState
from glueline.contract.schema import SCHEMAS, attribute_docs
from glueline.ledger.gauges import Gauges
from glueline.settings import account_templates, schedules, settings, sources
from glueline.settings.api import ApiSettings, Token
from glueline.settings.events import EventSettings
from glueline.settings.redis_shards import RedisShard
from glueline.settings.settings import Settings
from glueline.settings.worker import WorkerSettings
from glueline.telemetry import ledger_metrics
from glueline_worker.aws.iam_actions import DEFAULT_FEATURES, PERMISSIONS, Feature
from glueline_worker.observe import metrics
from glueline_worker.permissions.policy_documents import make_principals
from glueline_worker.permissions.policy_formats import render_iam
from glueline_worker.permissions.policy_resources import PolicyScope
from glueline_worker.sinks.testing import SINK_CASES

DOCS = Path(__file__).parent
README = DOCS.parent / "README.md"
RESULTS = DOCS.parent / "benchmarks" / "results"
IMPORTANT = (
    ("one_table", "time$"),
    ("throughput", "^100,000 tables.*(JSONL|loop)"),
    ("incremental", "JSONL, unchanged$"),
    ("memory", "^1,000,000 tables, peak"),
    ("partitions", "peak"),
    ("peers", ""),
)
"""The benchmarks in the README, with a pattern for the names of their findings."""
CHARTS = {
    "throughput": ("chart.svg", "Seconds from the request to the committed sink"),
    "memory": ("memory.svg", "Memory of the largest worker during very large extractions"),
}
"""The charts of the benchmarks by their names in the docs: file of the results, and caption."""
ROOMS = {
    "rooms-producer": "glueline",
    "rooms-worker": "glueline_worker",
    "rooms-lineage": "glueline_worker.lineage",
    "rooms-script": "glueline_worker.lineage.script",
}
"""The pictures of rooms, and the package that each shows."""
METRIC = ("metric", "type", "labels", "meaning")
_PART = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

SETTING_MEANINGS = {
    "redis_url": "The Redis of the queue and the ledger, see [operations](operations.md#redis).",
    "redis_shards": "More Redis servers for some sources, see below; in a variable, as JSON.",
    "key_prefix": "The prefix of all keys, so that several Gluelines can share a server.",
    "sinks": "The targets of records, see [sinks](sinks.md); in a variable, separated by spaces.",
    "sources": "The named places to extract from, see below; in a variable, as JSON.",
    "templates": "Many sources of one kind, see below; in a variable, as JSON.",
    "schedules": "Recurring extractions, see below; in a variable, as JSON.",
    "log_level": "`debug`, `info`, `warning` or `error`.",
    "log_format": "`console`, `json`, or `auto`: console on a terminal, else JSON.",
    "worker.unit_timeout": "The time limit of one attempt at a unit.",
    "worker.reconcile_interval": "Between two searches for open units that no worker has.",
    "source.region": "The AWS region.",
    "source.profile": "A profile in AWS's configuration files.",
    "source.catalog_id": "The account of the catalogue, if it is not the caller's own account.",
    "source.endpoint_url": "Another AWS endpoint, such as a simulator.",
    "source.role.arn": "The ARN of the role.",
    "source.role.external_id": "The external id that the role's trust policy asks for.",
    "api.port": "The port.",
    "schedule.name": "The name of the schedule; part of the idempotency key of its runs.",
    "schedule.request": "An extraction request, see [messages](messages.md#the-request).",
}
"""The meanings of settings that have no docstring in the code."""


def pages() -> dict[Path, str]:
    """Return the text of each generated file."""
    found = {
        DOCS / "schemas" / f"{name}.json": json.dumps(render(), indent=1, ensure_ascii=False) + "\n"
        for name, render in SCHEMAS.items()
    }
    document = json.dumps(_openapi(), indent=1, ensure_ascii=False) + "\n"
    found[DOCS / "schemas" / "openapi.json"] = document
    found |= {DOCS / "diagrams" / f"{picture}.svg": rooms.draw(of) for picture, of in ROOMS.items()}
    found |= {
        DOCS / "diagrams" / f"{name}.svg": (RESULTS / file).read_text()
        for name, (file, _) in CHARTS.items()
        if (RESULTS / file).exists()
    }
    for page in (README, *sorted(DOCS.rglob("*.md"))):
        text = page.read_text()
        if _PART.search(text):
            found[page] = _PART.sub(_filled, text)
    return found


def _filled(match: re.Match[str]) -> str:
    return f"{match[1]}\n{PARTS[match[2]]().strip()}\n\n{match[3]}"


def _request() -> str:
    schema = SCHEMAS["messages"]()["$defs"]
    names = ("ExtractionRequest", *_names(messages.Scope), "Filters", "Globs", "Options")
    return "\n\n".join(model(name, schema[name]) for name in names)


def _units() -> str:
    rows = [
        (
            f"`{task_name(unit.model_fields['kind'].default)}`",
            (unit.unit_id.__doc__ or ""),
            _first_line(unit),
        )
        for unit in messages.UnitMessage.__args__
    ]
    return table(("task", "unit id", "what it does"), rows)


def _records() -> str:
    schema = SCHEMAS["records"]()["$defs"]
    common = set(records.Record.__struct_fields__)
    kinds = [cls.__name__ for cls in records.RECORD_TYPES]
    parts = ["### Every record", fields(schema["DatabaseRecord"], common)]
    parts += [model(name, schema[name], without=common) for name in kinds]
    parts += [model(name, schema[name]) for name in sorted(schema.keys() - {*kinds})]
    return "\n\n".join(parts)


def _settings() -> str:
    rows = [
        *_setting_rows(settings.Settings),
        *_setting_rows(WorkerSettings, "worker."),
        *_setting_rows(ApiSettings, "api."),
        *_setting_rows(EventSettings, "events."),
    ]
    return table(
        ("setting", "variable", "default", "meaning"),
        (
            (f"`{path}`", f"`GLUELINE_{path.upper().replace('.', '__')}`", default, meaning)
            for path, default, meaning in rows
        ),
    )


def _inner_settings(model: type[BaseModel], where: str) -> str:
    rows = ((f"`{path[len(where) :]}`", *rest) for path, *rest in _setting_rows(model, where))
    return table(("field", "default", "meaning"), rows)


def _setting_rows(model: type[BaseModel], where: str = "") -> list[tuple[str, str, str]]:
    docs = attribute_docs(model)
    return [
        (
            where + name,
            _default(field),
            _with_unit(field, docs.get(name) or SETTING_MEANINGS[where + name]),
        )
        for name, field in model.model_fields.items()
        if name not in ("worker", "api", "events")
    ]


def _with_unit(field: Any, meaning: str) -> str:
    has_unit = "econds" in meaning or "per second" in meaning
    return meaning if field.annotation is not float or has_unit else f"Seconds. {meaning}"


def _default(field: Any) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, messages.ExtractionRequest):
        return "the whole catalogue of `default`"
    if isinstance(value, BaseModel) and not value.model_dump(exclude_defaults=True):
        return "none"
    if value is None or value in ((), {}):
        return "none"
    return f"`{' '.join(value) if isinstance(value, tuple) else value}`"


def _policy() -> str:
    place = PolicyScope(sources.Source(), account="123456789012")
    (reader,) = make_principals(place, DEFAULT_FEATURES | {Feature.PARTITIONS}, "nobody")
    return f"```json\n{render_iam([reader])}\n```"


def _permissions() -> str:
    return table(
        ("permission", "with", "needed for", "without it"),
        ((f"`{p.action}`", p.feature.value, p.needed_for, p.without_it) for p in PERMISSIONS),
    )


def _commands() -> str:
    os.environ["COLUMNS"] = "100"
    return "\n\n".join(
        f"## {' '.join(path)}\n\n```text\n{text}\n```"
        for path, text in _helps(build_group().load_all(), ("glueline",))
    )


def _helps(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    command.rich_markup_mode = None
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        command.main(["--help"], prog_name=" ".join(path), standalone_mode=False)
    yield path, re.sub(r"\[/?bold\]", "", out.getvalue()).strip()
    for name, inner in getattr(command, "commands", {}).items():
        yield from _helps(inner, (*path, name))


def _operations() -> str:
    """Return a table of the HTTP operations in the OpenAPI document."""
    rows = [
        (f"`{method.upper()} {path}`", operation["summary"], _scope_of(path, method))
        for path, operations in _openapi()["paths"].items()
        for method, operation in operations.items()
    ]
    return table(("operation", "what it does", "scope"), rows)


def _scope_of(path: str, method: str) -> str:
    return "none" if path == "/healthz" else "`enqueue`" if method == "post" else "`read`"


def _openapi() -> dict[str, Any]:
    return make_app(Settings(redis_url="redis://127.0.0.1")).openapi()


def _first_line(cls: type[Any]) -> str:
    return (cls.__doc__ or "").splitlines()[0]


def _names(union: Any) -> list[str]:
    return [cls.__name__ for cls in union.__origin__.__args__]


def _metrics(owner: object) -> str:
    """Return a table of the metrics among the attributes of ``owner``."""
    kinds = {Counter: ("counter", "_total"), Gauge: ("gauge", ""), Histogram: ("histogram", "")}
    rows = [_metric(one, *kinds[type(one)]) for one in vars(owner).values() if type(one) in kinds]
    return table(METRIC, rows)


def _metric(one: Any, kind: str, ending: str) -> tuple[str, ...]:
    name, labels, meaning = one._name, one._labelnames, one._documentation  # noqa: SLF001
    return f"`{name}{ending}`", kind, *_labels(labels), meaning


def _ledger_metrics() -> str:
    more = {"units": {("job", "held"): 1}, "unserved": 0.0}
    some = Gauges(0, 0, 0, 0, 0, {RunState.RUNNING: 1}, {"scope:operation": 1}, **more)
    rows = [
        (f"`{family.name}`", "gauge", *_labels(family.samples[0].labels), family.documentation)
        for family in ledger_metrics.make_metric_families(some)
    ]
    return table(METRIC, rows)


def _labels(names: Iterable[str]) -> tuple[str]:
    return (", ".join(f"`{name}`" for name in names),)


@cache
def _findings() -> dict[str, list[Finding]]:
    return report.read_findings(RESULTS / "results.json")


def _important() -> str:
    """Return a table of the few findings that matter most, each in one row with its day."""
    places, rows = report.read_places(RESULTS / "results.json"), []
    for benchmark, which in IMPORTANT:
        for one in _findings().get(benchmark, ()):
            if isinstance(one, Figure) and re.search(which, one.name):
                rows.append((*figure_row(one)[:3], places[benchmark]["on"]))
            elif isinstance(one, Comparison) and re.search(which, one.name):
                what, _, now, *_ = next(comparison_rows(one))
                # A build that readers never had tells them nothing.
                known = [row[3] for row in comparison_rows(one) if not row[3].endswith(BEFORE)]
                ratios = "; ".join(filter(None, known))
                rows.append((what, now, ratios, places[benchmark]["on"]))
    return table(("what", "measured", "compared in the same run", "on"), rows)


def _comparisons() -> str:
    found = (one for all_ in _findings().values() for one in all_ if isinstance(one, Comparison))
    return table(COMPARISON, (tuple(row) for one in found for row in comparison_rows(one)))


def _places() -> str:
    sentences = report.describe_places(report.read_places(RESULTS / "results.json"))
    return "\n\n".join(sentences)


def _figures() -> str:
    found = (one for all_ in _findings().values() for one in all_ if isinstance(one, Figure))
    return table(FIGURE, (tuple(figure_row(one)) for one in found))


def _charts() -> str:
    shown = [
        f"![{caption}](diagrams/{name}.svg)"
        for name, (file, caption) in CHARTS.items()
        if (RESULTS / file).exists()
    ]
    return "\n\n".join(shown)


def _costs() -> str:
    return table(("what", "measured"), (tuple(figure_row(one)[:2]) for one in _cost_figures()))


def _cost_figures() -> list[Figure]:
    return [one for one in _findings().get("costs", ()) if isinstance(one, Figure)]


def _scaling() -> str:
    figures = {figure.name: figure.value for figure in _cost_figures()}
    costs = scaling.Costs.of(figures)
    resources = scaling.seconds(costs, scaling.Estate(), 1)
    return table(
        ("cores of workers", "Redis servers", *resources, "the limit", "into the sink"),
        scaling.rows(costs, scaling.Estate()),
    )


def _redis_limit() -> str:
    """Return a table of the point where one Redis is full."""
    costs = scaling.Costs.of({figure.name: figure.value for figure in _cost_figures()})
    cores = scaling.cores_for_one_redis(costs, scaling.Estate())
    rows = [
        ("whole units, by Redis's CPU for a unit", f"{1 / costs.redis_unit:,.0f} units/s"),
        ("cores of workers that send so many, for the accounts above", f"{cores:.0f}"),
    ]
    found = (one for one in _findings().get("redis_limit", ()) if isinstance(one, Figure))
    return table(("what", "value"), [*rows, *(tuple(figure_row(one)[:2]) for one in found)])


def _sink_cases() -> str:
    rows = [
        (
            f"`{case.name}`",
            (case.check.__doc__ or "").replace("``", "`"),
            ", ".join(f"`{need}`" for need in case.needs),
        )
        for case in SINK_CASES
    ]
    return table(("case", "what it proves", "applies with"), rows)


def _rooms(package: str) -> str:
    return table(("name", "modules", "purpose"), rooms.rows(package))


PARTS: dict[str, Callable[[], str]] = {
    "request": _request,
    "units": _units,
    "records": _records,
    "settings": _settings,
    "source": lambda: _inner_settings(sources.Source, "source."),
    "role": lambda: _inner_settings(sources.Role, "source.role."),
    "quota": lambda: _inner_settings(sources.QuotaLimits, "quota."),
    "template": lambda: _inner_settings(account_templates.Template, "template."),
    "account": lambda: _inner_settings(account_templates.Account, "account."),
    "redis-shard": lambda: _inner_settings(RedisShard, "redis_shard."),
    "policy": _policy,
    "permissions": _permissions,
    "schedule": lambda: _inner_settings(schedules.Schedule, "schedule."),
    "token": lambda: _inner_settings(Token, "token."),
    "operations": _operations,
    "commands": _commands,
    "benchmarks-important": _important,
    "benchmarks-compared": _comparisons,
    "benchmarks-figures": _figures,
    "benchmarks-places": _places,
    "benchmarks-charts": _charts,
    "unit-costs": _costs,
    "scaling": _scaling,
    "redis-limit": _redis_limit,
    "sink-cases": _sink_cases,
    "worker-metrics": lambda: _metrics(metrics),
    "ledger-metrics": _ledger_metrics,
    "api-metrics": lambda: _metrics(Metrics()),
    **{name: partial(_rooms, package) for name, package in ROOMS.items()},
}


def main() -> None:
    """Write the pages, or name those that are out of date."""
    found = pages()
    stale = [p for p, text in found.items() if not p.exists() or p.read_text() != text]
    if "--check" not in sys.argv[1:]:
        for page in stale:
            page.write_text(found[page])
    elif stale:
        names = ", ".join(str(page.relative_to(DOCS.parent)) for page in stale)
        sys.exit(f"run `make docs-generated`: the code has changed, and so must {names}")


if __name__ == "__main__":
    main()
