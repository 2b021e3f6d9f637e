"""The base of every message and record."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

_PLAIN_WORDS = {"extra_forbidden": "there is no such name"}
"""Words in place of Pydantic's, by the type of the problem."""


class StrictModel(BaseModel):
    """A model that is immutable and refuses unknown fields, so that no typo is ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


def first_error(error: ValidationError) -> str:
    """Explain the first problem of ``error`` in one sentence without repeating the input.

    The input is left out because a message or a setting may hold a secret.
    """
    problem = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in problem["loc"]) or "the whole value"
    rest = error.error_count() - 1
    more = f" (and {rest} more)" if rest else ""
    words = _PLAIN_WORDS.get(problem["type"]) or _lower(problem["msg"])
    return f"{where}: {words}{more}"


def error_at(path: tuple[str | int, ...], sentence: str) -> ValidationError:
    """Make a validation error about ``path``, for validators of more than one field."""
    kind = PydanticCustomError("glueline", "{sentence}", {"sentence": sentence})
    return ValidationError.from_exception_data(
        "problem", [InitErrorDetails(type=kind, loc=path, input=None)]
    )


def _lower(text: Any) -> str:
    words = str(text).removeprefix("Value error, ")
    return words[:1].lower() + words[1:]
