"""Apply the filters of a source to a request."""

from glueline.contract.changes import admits
from glueline.contract.errors import UsageError
from glueline.contract.filters import Filters
from glueline.contract.messages import CatalogScope, ExtractionRequest


def narrow_request(request: ExtractionRequest, filters: Filters) -> ExtractionRequest:
    """Return the request for what both it and the ``filters`` of its source admit."""
    return request.model_copy(update={"filters": request.filters.restrict_to(filters)})


def ensure_in_filters(request: ExtractionRequest, filters: Filters) -> None:
    """Raise UsageError when the source's filters leave out the one thing that is asked for."""
    if isinstance(request.scope, CatalogScope):
        return
    if not admits(filters, request.scope):
        raise UsageError(
            f"the source {request.source!r} leaves out the {request.scope.kind} "
            f"{request.scope.name!r}: "
            "see its filters in the settings of the workers"
        )
