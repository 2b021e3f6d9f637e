"""A request within the filters of its source."""

from glueline.contract.changes import admits
from glueline.contract.errors import UsageError
from glueline.contract.messages import CatalogScope, ExtractionRequest
from glueline.settings import Settings


def narrowed(request: ExtractionRequest, settings: Settings) -> ExtractionRequest:
    """The request for what both it and its source admit."""
    source = settings.find_source(request.source)
    if source is None:
        return request
    return request.model_copy(update={"filters": request.filters.within(source.filters)})


def ensure_admitted(request: ExtractionRequest, settings: Settings) -> None:
    """Raise UsageError when the one thing asked for is left out by the source's filters."""
    if isinstance(request.scope, CatalogScope):
        return
    if not admits(settings.source(request.source).filters, request.scope):
        raise UsageError(
            f"the source {request.source!r} leaves out the {request.scope.kind} "
            f"{request.scope.name!r}: "
            "see its filters in the settings of the workers"
        )
