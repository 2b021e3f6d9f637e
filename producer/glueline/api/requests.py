"""Strict reading of requests: nothing is coerced, nothing unknown is ignored."""

import asyncio
import json
from collections import Counter
from contextlib import suppress
from http import HTTPStatus
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from glueline.api.context import get_context
from glueline.api.problems import HttpProblem, field_problem, validation_problem

M = TypeVar("M", bound=BaseModel)


async def read_body(request: Request, limit: int) -> bytes:
    """Read the body; refuses more than ``limit`` bytes without reading them all."""
    _require_no_encoding(request)
    seconds = get_context(request).settings.api.body_timeout
    try:
        async with asyncio.timeout(seconds):
            return await _read_limited(request, limit)
    except TimeoutError:
        raise HttpProblem(
            HTTPStatus.REQUEST_TIMEOUT,
            "slow_body",
            f"the body was not complete after {seconds:g} s (api.body_timeout)",
            headers={"Connection": "close"},
        ) from None


async def _read_limited(request: Request, limit: int) -> bytes:
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise _too_large_problem(limit)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise _too_large_problem(limit)
    except ClientDisconnect:
        raise field_problem("body", "the connection ended before the body did") from None
    return bytes(body)


async def read_json(request: Request, model: type[M], limit: int, *, optional: bool = False) -> M:
    """Read the body as ``model``."""
    body = await read_body(request, limit)
    if optional and not body:
        return model()
    _require_json(request)
    _require_distinct_keys(body)
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise HttpProblem(
                HTTPStatus.BAD_REQUEST, "malformed_json", f"body: {first['msg'].lower()}"
            ) from None
        raise validation_problem(error, "body") from None


async def require_no_body(request: Request) -> None:
    """Refuse a body where the route takes none."""
    length = request.headers.get("content-length", "0")
    if length != "0" or "transfer-encoding" in request.headers:
        raise field_problem("body", "this request takes no body")


def require_known_query(request: Request) -> None:
    """Refuse parameters that the route does not have, and those that come twice."""
    route = request.scope.get("route")
    dependant = getattr(route, "dependant", None)
    known = {field.alias for field in dependant.query_params} if dependant else set()
    for name, times in Counter(key for key, _ in request.query_params.multi_items()).items():
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            raise field_problem("query", f"there is no such parameter; the known ones are: {names}")
        if times > 1:
            raise field_problem(f"query.{name}", "it is given more than once")


def _require_no_encoding(request: Request) -> None:
    given = ", ".join(request.headers.getlist("content-encoding"))
    if given.strip().lower() not in ("", "identity"):
        raise HttpProblem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "content_encoding",
            "a body comes as it is, without Content-Encoding",
            headers={"Accept-Encoding": "identity"},
        )


def _require_distinct_keys(body: bytes) -> None:
    """Refuse a key that occurs twice: two readers would see two different requests."""
    with suppress(ValueError, RecursionError):  # pydantic explains what else is wrong
        json.loads(body, object_pairs_hook=_refuse_repeats)


def _refuse_repeats(pairs: list[tuple[str, Any]]) -> None:
    counts = Counter(key for key, _ in pairs)
    if len(counts) < len(pairs):
        raise field_problem("body", "a key stands twice in one object")


def _require_json(request: Request) -> None:
    given = request.headers.get("content-type", "")
    kind, _, options = given.partition(";")
    charset = options.replace(" ", "").lower().replace('"', "")
    if kind.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
        raise HttpProblem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "media_type",
            "a body is JSON in UTF-8: Content-Type: application/json",
        )


def _too_large_problem(limit: int) -> HttpProblem:
    return HttpProblem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too_large",
        f"a body has at most {limit} bytes (api.max_body)",
    )
