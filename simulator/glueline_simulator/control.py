"""The control endpoint below ``/_simulator/``: statistics, settings, and changes."""

from collections.abc import Callable
from typing import Any

import orjson

from glueline_simulator.catalogue.edit import CatalogueEditor, JsonBody
from glueline_simulator.catalogue.eventbridge import EventBridge
from glueline_simulator.errors import SimulatorError, UsageError
from glueline_simulator.simulation import Simulation
from glueline_simulator.wire.messages import HttpRequest, HttpResponse

CONTROL_PREFIX = b"/_simulator"
_JSON = {"Content-Type": "application/json"}


class ControlEndpoint:
    """Answers requests of the operator, which are neither signed nor counted."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        edit = CatalogueEditor(simulation.state)
        announce = EventBridge(simulation.state, self._send_event).announce
        self._routes: dict[tuple[str, str], Callable[[JsonBody], Any]] = {
            ("GET", ""): lambda _: self._names(),
            ("GET", "stats"): lambda _: simulation.stats.report(),
            ("GET", "settings"): lambda _: self._settings(),
            ("POST", "settings"): self._configure,
            ("POST", "quota"): self._quota,
            ("POST", "reset"): self._reset,
            ("POST", "sessions/expire"): lambda _: simulation.expire_sessions(),
            ("POST", "databases/add"): announce("CreateDatabase", edit.add_database),
            ("POST", "databases/delete"): announce("DeleteDatabase", edit.delete_database),
            ("POST", "tables/add"): announce("CreateTable", edit.add_table),
            ("POST", "tables/delete"): announce("DeleteTable", edit.delete_table),
            ("POST", "jobs/add"): edit.add_job,
            ("POST", "jobs/delete"): edit.delete_job,
            ("GET", "queues"): lambda _: {"queues": simulation.sqs.report()},
            ("POST", "queues/send"): self._send,
        }

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer with JSON; with status 400 and ``{"error": …}`` for a wrong request."""
        name = request.path.removeprefix(CONTROL_PREFIX.decode()).strip("/")
        route = self._routes.get((request.method, name))
        if route is None:
            known = any(name == path for _, path in self._routes)
            return _answer_json({"error": f"no such request: {name!r}"}, 405 if known else 404)
        try:
            return _answer_json(route(_parse_body(request)) or {"ok": True})
        except SimulatorError as error:
            return _answer_json({"error": str(error)}, 400)

    def _names(self) -> JsonBody:
        return {"requests": sorted(f"{method} {path}" for method, path in self._routes if path)}

    def _settings(self) -> JsonBody:
        return self._simulation.settings.model_dump(mode="json")

    def _configure(self, body: JsonBody) -> JsonBody:
        changes = {**body}
        outage = changes.pop("outage", None)
        if outage is not None and not isinstance(outage, int | float):
            message = f"outage is a number of seconds, not {outage!r}"
            raise UsageError(message)
        self._simulation.configure(self._simulation.settings.with_changes(changes))
        if outage is not None:
            self._simulation.outage(outage)
        return self._settings()

    def _send_event(self, event: str) -> None:
        """Put an event into the queue that the setting ``events`` names."""
        queue = self._simulation.settings.events
        if queue is not None:
            self._simulation.sqs.put(queue, event)

    def _send(self, body: JsonBody) -> None:
        """Put ``bodies``, a list of texts, into a ``queue``."""
        queue, bodies = body.get("queue"), body.get("bodies")
        if not isinstance(queue, str) or not queue:
            message = "'queue' is missing: the name of the queue"
            raise UsageError(message)
        if not isinstance(bodies, list) or not all(isinstance(text, str) for text in bodies):
            message = "'bodies' is a list of texts"
            raise UsageError(message)
        for text in bodies:
            self._simulation.sqs.put(queue, text)

    def _quota(self, body: JsonBody) -> JsonBody:
        return self._configure({"quota": body})

    def _reset(self, _: JsonBody) -> None:
        self._simulation.reset()


def _parse_body(request: HttpRequest) -> JsonBody:
    try:
        body = orjson.loads(request.body or b"{}")
    except orjson.JSONDecodeError as error:
        message = f"the request body is no JSON: {error}"
        raise UsageError(message) from None
    if not isinstance(body, dict):
        message = "the request body must be a JSON object"
        raise UsageError(message)
    return body


def _answer_json(value: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(status, _JSON, orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))
