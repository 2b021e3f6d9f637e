"""Import what needs a library that only an extra of ``glueline-worker`` brings."""

from pkgutil import resolve_name
from typing import Any

from glueline.contract.errors import UsageError

_OURS = ("glueline", "glueline_worker")


def load_from_extra(place: str, extra: str, sink: str) -> Any:
    """Return the object at ``module:name``.

    Raises UsageError, which names the ``sink``, when a library of the ``extra`` is missing.
    """
    try:
        return resolve_name(place)
    except ModuleNotFoundError as error:
        if not extra or (error.name or "").partition(".")[0] in _OURS:
            raise
        raise UsageError(
            f"the sink {sink!r} needs a library: pip install 'glueline-worker[{extra}]'"
        ) from None
