"""Decode values of Redis without ever raising an error.

A newer Glueline, a roll-back or a manual change may have left values that this version does not
understand. Such a value costs only the run that it belongs to: readers get a substitute and a
sentence. Unknown fields are not ignored, because what they ask for would be left out silently.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from glueline.contract.filters import Filters
from glueline.contract.messages import UNIT, ExtractionRequest, Options, UnitMessage
from glueline.contract.model import first_error
from glueline.contract.runs import RequestSummary, RunState

M = TypeVar("M", bound=BaseModel)

STORED: dict[str, Any] = {"is_stored": True}
"""The validation context of values that were accepted once: today's limits do not apply."""
EPOCH = datetime.fromtimestamp(0, UTC)
"""Stands for a time that cannot be read."""


def decode_text(answer: Any) -> str:
    """Decode a text, whatever its bytes."""
    return answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)


def decode_number(value: Any) -> int:
    """Decode a whole number; 0 in place of anything else."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def decode_rate(value: Any) -> float:
    """Decode a rate; 0 in place of anything else."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0


def decode_time(milliseconds: Any) -> datetime:
    """Decode a time in milliseconds; ``EPOCH`` in place of anything else."""
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return EPOCH


def decode_model(kind: type[M], document: Any) -> tuple[M | None, str]:
    """Decode a model from its JSON; None and the reason if that fails."""
    try:
        return kind.model_validate_json(decode_text(document), context=STORED), ""
    except ValidationError as error:
        return None, first_error(error)


def decode_unit(document: Any) -> tuple[UnitMessage | None, str]:
    """Decode a unit from its message; None and the reason if that fails."""
    try:
        return UNIT.validate_json(decode_text(document)), ""
    except ValidationError as error:
        return None, f"this version of Glueline cannot read the unit: {first_error(error)}"


@lru_cache(maxsize=64)
def _decode_request(document: str, source: str) -> tuple[ExtractionRequest, str]:
    found, problem = decode_model(ExtractionRequest, document)
    if found is not None:
        return found, ""
    sentence = f"this version of Glueline cannot read the request: {problem}"
    try:
        return ExtractionRequest(source=source), sentence
    except ValidationError:
        return ExtractionRequest(), sentence


def decode_request(document: Any, source: Any) -> tuple[ExtractionRequest, str]:
    """Decode the request of a run; if that fails, an empty one of its source and the reason."""
    return _decode_request(decode_text(document or ""), decode_text(source or "default"))


def decode_state(value: Any, *, has_ended: bool) -> tuple[RunState, str]:
    """Decode the state of a run; if that fails, the nearest known one and the reason."""
    try:
        return RunState(decode_text(value)), ""
    except ValueError:
        nearest = RunState.FAILED if has_ended else RunState.RUNNING
        return (
            nearest,
            f"this version of Glueline does not know the state {decode_text(value)[:40]!r}",
        )


def decode_json(value: Any) -> Any:
    """Decode a JSON document; None in place of anything else."""
    try:
        return json.loads(value)
    except (TypeError, ValueError, RecursionError):
        return None


def decode_hash(flat: list[Any]) -> Mapping[str, Any]:
    """Decode a hash from its fields and values."""
    return dict(zip(map(decode_text, flat[::2]), flat[1::2], strict=True))


def summarize_request(request: ExtractionRequest) -> RequestSummary:
    """Return a request without its filters, for listings."""
    about = {
        name: getattr(request, name) for name in RequestSummary.model_fields if name != "globs"
    }
    return RequestSummary.model_construct(globs=request.filters.globs, **about)  # checked before


def digest_request(request: ExtractionRequest) -> str:
    """Return a digest that is equal for requests that ask for the same.

    Defaults are left out, so that a version with more fields computes the same digest.
    """
    scope = request.scope.model_dump(mode="json", exclude_defaults=True)
    about = (
        json.dumps(request.source),
        json.dumps(request.scope.kind),
        json.dumps(scope, sort_keys=True),
        _encode_changes(request.filters),
        _encode_changes(request.options),
    )
    return blake2b(f"[{', '.join(about)}]".encode(), digest_size=16).hexdigest()


@lru_cache(maxsize=64)
def _encode_changes(part: Filters | Options) -> str:
    """Return the JSON of all that is no default; many requests share their filters and options."""
    return json.dumps(part.model_dump(mode="json", exclude_defaults=True), sort_keys=True)
