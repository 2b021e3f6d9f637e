"""Errors as problem details (RFC 9457). None repeats the input, which may be a secret."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError
from starlette.responses import JSONResponse, Response

from glueline.client.errors import UnknownRun
from glueline.contract.errors import GluelineError, Retryable
from glueline.contract.model import StrictModel

MEDIA_TYPE = "application/problem+json"
_MAX_FIELDS = 20
"""Wrong fields that one problem lists."""
RETRY_AFTER = 2
"""Seconds after which it is worth asking again while Redis is away."""


class WrongField(StrictModel):
    """One thing that was wrong with a request."""

    where: str
    """``body.scope.name``, ``query.limit``, ``path.run_id``."""
    message: str


class Problem(StrictModel):
    """A problem document."""

    type: str = "about:blank"
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    code: str
    """A short stable word for programs."""
    errors: tuple[WrongField, ...] = ()


class HttpProblem(Exception):
    """Ends a request with a problem document."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[WrongField] = (),
    ) -> None:
        """Keep ``detail`` for people and ``code`` for programs."""
        super().__init__(detail)
        self.headers = headers
        self.problem = Problem(
            title=status.phrase, status=status, detail=detail, code=code, errors=tuple(errors)
        )


def make_problem_response(refused: HttpProblem) -> Response:
    """Make the API's response from a problem."""
    return JSONResponse(
        refused.problem.model_dump(mode="json"),
        refused.problem.status,
        refused.headers,
        MEDIA_TYPE,
    )


def problem_from_error(error: GluelineError) -> HttpProblem:
    """Return the problem that an error of the producer is to a client."""
    if isinstance(error, UnknownRun):
        return unknown_run_problem()
    if isinstance(error, Retryable):
        # Its text names the server, which clients must not learn.
        return HttpProblem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            error.code,
            "Redis does not answer now; nothing was lost, ask again",
            headers={"Retry-After": str(RETRY_AFTER)},
        )
    return HttpProblem(HTTPStatus.CONFLICT, error.code, str(error))


def unknown_run_problem() -> HttpProblem:
    """Return the same problem for a run that never was, was forgotten, or may not be seen."""
    return HttpProblem(HTTPStatus.NOT_FOUND, "unknown_run", "there is no run of this id (any more)")


def problem_from_status(status: int, headers: Mapping[str, str] | None = None) -> HttpProblem:
    """Return the problem for a refusal of Starlette: unknown paths and methods."""
    known = HTTPStatus(status)
    details = {
        HTTPStatus.NOT_FOUND: "there is nothing at this path; /openapi.json lists what there is",
        HTTPStatus.METHOD_NOT_ALLOWED: "this path has other methods; see the header Allow",
    }
    detail = details.get(known, known.description or known.phrase)
    return HttpProblem(known, known.phrase.lower().replace(" ", "_"), detail, headers=headers)


def validation_problem(
    error: RequestValidationError | ValidationError, part: str = ""
) -> HttpProblem:
    """Return the problem of an invalid request, field by field."""
    found = list(error.errors())
    errors = [
        WrongField(
            where=_join_path([*filter(None, [part]), *item["loc"]]), message=_format_message(item)
        )
        for item in found[:_MAX_FIELDS]
    ]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    first = f"{errors[0].where}: {errors[0].message}{more}"
    return HttpProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", first, errors=errors)


def field_problem(where: str, message: str) -> HttpProblem:
    """Return the problem of one field that pydantic does not check."""
    one = WrongField(where=where, message=message)
    return HttpProblem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", f"{where}: {message}", errors=[one]
    )


def internal_problem() -> HttpProblem:
    """Return the problem of an unexpected error; the log has the rest."""
    return HttpProblem(
        HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "this should not happen; the log says more"
    )


def _join_path(parts: Sequence[Any]) -> str:
    return ".".join(str(part) for part in parts)


def _format_message(item: Any) -> str:
    words = str(item["msg"]).removeprefix("Value error, ")
    return words[:1].lower() + words[1:]
