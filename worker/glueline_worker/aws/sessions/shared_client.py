"""Calls through a client that many sources share, with the credentials of one of them.

The first call of an operation goes through botocore, and the next ones in the form of its request
(``request_forms``) straight to the client's HTTP session and parser. Whatever is out of the
ordinary stays with botocore: other operations, odd parameters, redirects of buckets.
"""

import json
from contextvars import ContextVar
from typing import Any, Protocol

from aiobotocore.credentials import AioCredentials
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.utils import percent_encode

from glueline_worker.aws.clocks import Clocks, get_clock_endpoint
from glueline_worker.aws.sessions.http_session import FilledRequest
from glueline_worker.aws.sessions.request_forms import RequestForm, learn_form

_MOST_FORMS = 512
"""Forms that a client remembers: one for each operation of Glue, and for each bucket."""
_OBJECT_OPERATIONS = ("GetObject", "HeadObject")
_SUCCESS_END = 300
_REDIRECT_STATUSES = frozenset({301, 302, 307, 400})
"""Answers of S3 for a bucket of another Region; a HEAD has no body that could say more."""

_FormKey = tuple[str, str]
"""An operation and, for S3, a bucket."""


class Credentials(Protocol):
    """Credentials that botocore can sign with."""

    async def get_frozen_credentials(self) -> Any:
        """Return the current keys, None when there are none; renew them when it is time."""


_current_credentials: ContextVar[Credentials] = ContextVar("credentials")
_sent_requests: ContextVar[list[Any]] = ContextVar("sent_requests")


class CurrentCredentials(AioCredentials):
    """The credentials of the source that makes the current call."""

    def __init__(self) -> None:
        """Hold no keys."""
        super().__init__("", "", method="caller")

    async def get_frozen_credentials(self) -> Any:
        """Return the current keys of the source."""
        return await _current_credentials.get().get_frozen_credentials()


class SharedClient:
    """A client of botocore's with the forms of the requests that it has sent."""

    def __init__(self, client: Any, clocks: Clocks) -> None:
        """Call through ``client``, whose session corrects signatures with ``clocks``."""
        self._client = client
        self._clocks = clocks
        model = client.meta.service_model
        self._service: str = model.service_name
        factory = client._endpoint._response_parser_factory  # noqa: SLF001 - that of our session
        self._parser = factory.create_parser(model.resolved_protocol)
        self._forms: dict[_FormKey, RequestForm] = {}
        client.meta.events.register("before-send", _record_request)

    def find_operation(self, method: str) -> str | None:
        """Return the operation of a method such as ``get_tables``."""
        found: str | None = self._client.meta.method_to_api_mapping.get(method)
        return found

    async def call(self, operation: str, params: dict[str, Any], credentials: Credentials) -> Any:
        """Make a call and return its answer; raises the errors of botocore."""
        key = self._find_form_key(operation, params)
        form = self._forms.get(key) if key else None
        keys = await credentials.get_frozen_credentials() if form else None
        if key is None or form is None or keys is None:
            return await self._call_by_botocore(operation, params, credentials, key)
        context: dict[str, Any] = {}
        moment = self._clocks.begin_signing(get_clock_endpoint(form.base, key[1]), context)
        if key[1]:
            request = form.fill(keys, moment, tail=_encode_key(params))
        else:
            request = form.fill(keys, moment, body=json.dumps(params).encode())
        status, answer = await self._send(operation, request, context)
        if status < _SUCCESS_END:
            return answer
        if key[1] and status in _REDIRECT_STATUSES:
            self._forms.pop(key, None)  # another call may have met the redirect before
            return await self._call_by_botocore(operation, params, credentials, key)
        raise ClientError(answer, operation)

    async def _call_by_botocore(
        self, operation: str, params: dict[str, Any], credentials: Credentials, key: _FormKey | None
    ) -> Any:
        signer, sent = _current_credentials.set(credentials), _sent_requests.set([])
        try:
            answer = await getattr(self._client, xform_name(operation))(**params)
            if key and _sent_requests.get():
                await self._learn(key, params, credentials)
        finally:
            _current_credentials.reset(signer)
            _sent_requests.reset(sent)
        return answer

    async def _learn(self, key: _FormKey, params: dict[str, Any], credentials: Credentials) -> None:
        request = _sent_requests.get()[-1]
        tail = _encode_key(params) if key[1] else ""
        form = learn_form(request, await credentials.get_frozen_credentials(), tail)
        if form is not None:
            if len(self._forms) >= _MOST_FORMS:
                self._forms.clear()
            self._forms[key] = form

    async def _send(
        self, operation: str, request: FilledRequest, context: dict[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        """Send a request; return the status and the answer, which may be an error."""
        client = self._client
        model = client.meta.service_model.operation_model(operation)
        parts = await client._endpoint.http_session.exchange(request)  # noqa: SLF001
        answer = await self._parser.parse(parts, model.output_shape)
        await client.meta.events.emit(
            f"response-received.{self._service}.{operation}",
            response_dict=parts,
            parsed_response=answer,
            context=context,
            exception=None,
        )
        return parts["status_code"], answer

    def _find_form_key(self, operation: str, params: dict[str, Any]) -> _FormKey | None:
        """Return the key of a request's form; None for one that only botocore makes."""
        if self._service == "glue":
            return (operation, "") if all(map(_is_plain, params.values())) else None
        if self._service != "s3" or operation not in _OBJECT_OPERATIONS:
            return None
        bucket, key = params.get("Bucket"), params.get("Key")
        is_plain = len(params) == 2 and _is_plain(bucket) and _is_plain(key)  # noqa: PLR2004
        return (operation, str(bucket)) if is_plain else None


class SourceClient:
    """A shared client as one source uses it: its methods sign with the source's credentials."""

    def __init__(self, client: SharedClient, credentials: Credentials) -> None:
        """Call through ``client``."""
        self._client = client
        self._credentials = credentials

    def __getattr__(self, name: str) -> Any:
        """Return the method of a call; other attributes would not use the credentials."""
        operation = self._client.find_operation(name)
        if operation is None:
            raise AttributeError(name)

        async def call(**params: Any) -> Any:
            return await self.call(operation, params)

        return call

    async def call(self, operation: str, params: dict[str, Any]) -> Any:
        """Make a call of an operation, such as ``GetTables``; raises the errors of botocore."""
        return await self._client.call(operation, params, self._credentials)


def _record_request(request: Any = None, **_: Any) -> None:
    _sent_requests.get([]).append(request)


def _is_plain(value: Any) -> bool:
    """Tell whether a value passes botocore's validation whatever it says."""
    return value != "" and type(value) in (str, int, bool, list, dict)


def _encode_key(params: dict[str, Any]) -> str:
    return str(percent_encode(params["Key"], safe="/~"))
