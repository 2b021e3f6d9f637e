"""The parts of the OpenAPI document beyond types: bodies, problems, examples, the login."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from glueline.api.problems import MEDIA_TYPE, Problem

JsonSchema = dict[str, Any]
_REF = "#/components/schemas/{model}"
UNIT_ID = Field(min_length=1, max_length=50_000, examples=["database/sales"])
_RUN_ID = "5a1c0d52b1f04c1c9f6f3f9d1c0e7a42"
EXTRACTIONS: JsonSchema = {
    "catalog": {"summary": "The whole catalogue", "value": {"source": "default"}},
    "filtered": {
        "summary": "Some databases, without jobs",
        "value": {
            "source": "default",
            "scope": {"kind": "catalog", "include": ["databases"]},
            "filters": {"databases": {"allow": ["sales*"]}, "tables": {"deny": ["tmp_*"]}},
            "options": {"partitions": "count", "max_deletion_share": 0.2},
        },
    },
    "database": {
        "summary": "One database",
        "value": {"scope": {"kind": "database", "name": "sales"}},
    },
    "job": {"summary": "One job", "value": {"scope": {"kind": "job", "name": "load-orders"}}},
}
UNITS: JsonSchema = {
    "all": {"summary": "All that failed", "value": {}},
    "one": {"summary": "One of them", "value": {"units": ["database/sales"]}},
}
EVENTS: JsonSchema = {
    "table": {
        "summary": "A table is new",
        "value": {
            "version": "0",
            "id": "60e7ddc2-a588-5328-220a-21c060f6c3f4",
            "detail-type": "Glue Data Catalog Database State Change",
            "source": "aws.glue",
            "account": "123456789012",
            "time": "2026-01-16T18:08:48Z",
            "region": "eu-west-1",
            "resources": ["arn:aws:glue:eu-west-1:123456789012:table/sales/orders"],
            "detail": {
                "databaseName": "sales",
                "typeOfChange": "CreateTable",
                "changedTables": ["orders"],
            },
        },
    },
    "several": {
        "summary": "A job has run, and an event of another service",
        "value": [
            {
                "id": "5a6c1f2e-0b5d-4f0e-9a55-0d8c8c1c2f10",
                "detail-type": "Glue Job State Change",
                "source": "aws.glue",
                "account": "123456789012",
                "region": "eu-west-1",
                "detail": {"jobName": "load-orders", "state": "SUCCEEDED"},
            },
            {
                "id": "b1f7a4b2-7e83-4f8e-8f3c-6a1d5f6f7a21",
                "detail-type": "Scheduled Event",
                "source": "aws.events",
                "detail": {},
            },
        ],
    },
}
_DETAILS = {
    400: ("malformed_json", "body: eof while parsing an object at line 1 column 1"),
    401: ("no_token", "give a token that is valid here: Authorization: Bearer glueline_…"),
    403: ("source", "the token 'ci' is not for this source"),
    404: ("unknown_run", "there is no run of this id (any more)"),
    409: ("usage", "the run is still running; wait for its end, or cancel it"),
    408: ("slow_body", "the body was not complete after 30 s (api.body_timeout)"),
    413: ("too_large", "a body has at most 1000000 bytes (api.max_body)"),
    415: ("media_type", "a body is JSON in UTF-8: Content-Type: application/json"),
    422: ("invalid", "query.limit: input should be less than or equal to 1000"),
    429: ("too_many_requests", "more requests than api.rate and api.burst allow"),
    503: ("ledger_unavailable", "Redis does not answer now; nothing was lost, ask again"),
}
_COMMON_STATUSES = (401, 403, 422, 429, 503)
"""Any operation behind the login may answer with these."""


def problem_responses(*statuses: int) -> dict[int | str, JsonSchema]:
    """Make the responses with problem documents."""
    return {status: _problem_response(status) for status in statuses}


def request_body(
    model: type[BaseModel], examples: JsonSchema, *, required: bool = True
) -> JsonSchema:
    """Describe a body that the route reads by itself."""
    schema = {"$ref": _REF.format(model=model.__name__)}
    content = {"application/json": {"schema": schema, "examples": examples}}
    _BODIES.append(model)
    return {"requestBody": {"required": required, "content": content}}


_BODIES: list[type[BaseModel]] = []


def extraction_responses() -> dict[int | str, JsonSchema]:
    """Describe the answers to a request for an extraction."""
    links = {
        name: {
            "operationId": operation,
            "parameters": {"run_id": "$response.body#/run_id"},
        }
        for name, operation in (("status", "run"), ("failures", "failures"), ("cancel", "cancel"))
    }
    location = {"description": "Where to follow the run.", "schema": {"type": "string"}}
    example = {"run_id": _RUN_ID, "generation": 1769817600000, "is_new": True}
    return {
        202: {
            "description": "The run, new or known by its idempotency key.",
            "headers": {"Location": location},
            "links": links,
            "content": {"application/json": {"example": example}},
        },
        **problem_responses(400, 404, 408, 409, 413, 415),
    }


def delivery_responses() -> dict[int | str, JsonSchema]:
    """Describe the answers to a delivery of events."""
    scope = {"kind": "table", "database": "sales", "name": "orders"}
    change = {"source": "default", "scope": scope, "is_gone": False}
    example = {"events": 1, "noted": 1, "repeated": 0, "ignored": 0, "changes": [change]}
    return {
        202: {
            "description": "What became of the events, and what will be read, each thing once.",
            "content": {"application/json": {"example": example}},
        },
        **problem_responses(400, 404, 408, 413, 415),
    }


def stream_responses() -> dict[int | str, JsonSchema]:
    """Describe the answers of a stream."""
    example = "id: 6f1e0a\nevent: progress\ndata: {…the run's status…}\n\n"
    return {
        200: {
            "description": "Each event has an `id`, and in `data` a RunStatus as JSON.",
            "content": {"text/event-stream": {"example": example}},
        },
        204: {"description": "The run has ended, and `Last-Event-ID` says that this is known."},
        **problem_responses(404),
    }


def make_openapi_document(app: FastAPI) -> JsonSchema:
    """Return the OpenAPI document."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        schemas = made["components"]["schemas"]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        used: list[type[BaseModel]] = [Problem, *_BODIES]
        _, more = models_json_schema([(m, "validation") for m in used], ref_template=_REF)
        for name, schema in more["$defs"].items():
            schemas.setdefault(name, schema)
        for schema in schemas.values():
            _require_kind(schema)
        made["components"]["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer", "description": "`glueline api token`"}
        }
        for path, operations in made["paths"].items():
            for operation in operations.values():
                _complete_operation(operation, is_open=path == "/healthz")
        app.openapi_schema = made
    return app.openapi_schema


def _complete_operation(operation: JsonSchema, *, is_open: bool) -> None:
    operation["responses"].pop("422", None)
    if is_open:
        return
    operation["security"] = [{"token": []}]
    for parameter in operation.get("parameters", ()):
        _remove_null(parameter["schema"])
    for status in _COMMON_STATUSES:
        operation["responses"].setdefault(str(status), _problem_response(status))


def _require_kind(schema: JsonSchema) -> None:
    """Require ``kind``: it has a default in Python only, and it tells scopes apart."""
    if "const" in schema.get("properties", {}).get("kind", {}):
        schema["required"] = ["kind", *(n for n in schema.get("required", ()) if n != "kind")]


def _remove_null(schema: JsonSchema) -> None:
    """Take null from a parameter's types: it is given or left out."""
    if "anyOf" in schema:
        (inner,) = [option for option in schema.pop("anyOf") if option != {"type": "null"}]
        schema.update(inner)


def _problem_response(status: int) -> JsonSchema:
    known = HTTPStatus(status)
    code, detail = _DETAILS[status]
    example = Problem(title=known.phrase, status=status, code=code, detail=detail)
    found: JsonSchema = {
        "description": known.phrase,
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": _REF.format(model="Problem")},
                "example": example.model_dump(mode="json"),
            }
        },
    }
    header = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}.get(status)
    if header:
        found["headers"] = {header: {"schema": {"type": "string"}}}
    return found
