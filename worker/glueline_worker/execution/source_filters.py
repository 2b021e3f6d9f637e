"""A request within the filters of its source."""

from glueline.contract.changes import admits
from glueline.contract.errors import UsageError
from glueline.contract.filters import Filters
from glueline.contract.messages import CatalogScope, ExtractionRequest


def narrowed(request: ExtractionRequest, filters: Filters) -> ExtractionRequest:
    """The request for what both it and the ``filters`` of its source admit."""
    return request.model_copy(update={"filters": request.filters.restrict_to(filters)})


def ensure_admitted(request: ExtractionRequest, filters: Filters) -> None:
    """Raise UsageError when the one thing asked for is left out by the source's filters."""
    if isinstance(request.scope, CatalogScope):
        return
    if not admits(filters, request.scope):
        raise UsageError(
            f"the source {request.source!r} leaves out the {request.scope.kind} "
            f"{request.scope.name!r}: "
            "see its filters in the settings of the workers"
        )
