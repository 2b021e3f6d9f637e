"""SQS in the JSON protocol: queues with visibility timeouts, redelivery and long polling."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import md5
from itertools import count
from typing import Any

import orjson

from glueline_simulator.errors import AwsError
from glueline_simulator.rules import SQS_OPERATIONS
from glueline_simulator.services.call import ServiceCall
from glueline_simulator.services.json_protocol import parse_json_call
from glueline_simulator.wire.messages import HttpResponse

_TARGET = "AmazonSQS."
_TYPE = "application/x-amz-json-1.0"
_VISIBILITY = 30
_BATCH = 10
_LONGEST_WAIT = 20
_NO_QUEUE = "QueueDoesNotExist"
# Older clients know these errors by the names of the query protocol.
_QUERY_NAMES = {_NO_QUEUE: "AWS.SimpleQueueService.NonExistentQueue"}
_Parameters = dict[str, Any]


@dataclass(slots=True)
class QueueMessage:
    """A message of a queue. Times are monotonic seconds, but ``sent`` is epoch milliseconds."""

    id: str
    body: str
    sent: int
    visible_at: float = 0.0
    received: int = 0
    handle: str = ""


@dataclass(slots=True)
class MessageQueue:
    """The messages of a queue in the order in which they were sent."""

    name: str
    visibility: int = _VISIBILITY
    messages: dict[str, QueueMessage] = field(default_factory=dict)

    def visible(self) -> list[QueueMessage]:
        """Return the messages that a receiver can get now."""
        now = time.monotonic()
        return [message for message in self.messages.values() if message.visible_at <= now]

    def by_handle(self, handle: Any) -> QueueMessage | None:
        """Return the message that was last received with this handle."""
        return next((m for m in self.messages.values() if m.handle and m.handle == handle), None)


class SqsService:
    """The Simple Queue Service. A queue exists after CreateQueue or a message of the operator."""

    prefix = "sqs"

    def __init__(self) -> None:
        self.queues: dict[str, MessageQueue] = {}
        self._numbers = count(1)
        self._answers: dict[str, Callable[[_Parameters, ServiceCall], Any]] = {
            "CreateQueue": self._create,
            "GetQueueUrl": lambda given, call: {
                "QueueUrl": _make_queue_url(call, self._queue(given).name)
            },
            "GetQueueAttributes": self._attributes,
            "SendMessage": lambda given, _: self._send(self._queue(given), given),
            "SendMessageBatch": self._batch(self._send),
            "ReceiveMessage": self._receive,
            "DeleteMessage": lambda given, _: self._delete(self._queue(given), given),
            "DeleteMessageBatch": self._batch(self._delete),
            "ChangeMessageVisibility": lambda given, _: self._hide(self._queue(given), given),
            "ChangeMessageVisibilityBatch": self._batch(self._hide),
            "PurgeQueue": lambda given, _: self._queue(given).messages.clear(),
        }

    def put(self, name: str, body: str) -> None:
        """Put a message into a queue, which is created if necessary."""
        self._add(self.queues.setdefault(name, MessageQueue(name)), body)

    def report(self) -> dict[str, Any]:
        """Count the messages of each queue."""
        return {
            name: {
                "visible": len(queue.visible()),
                "messages": len(queue.messages),
                "received": max((m.received for m in queue.messages.values()), default=0),
            }
            for name, queue in self.queues.items()
        }

    def understand(self, call: ServiceCall) -> None:
        """Read the target header and the JSON body."""
        body = parse_json_call(call, SQS_OPERATIONS, _TARGET)
        call.parameters = body if isinstance(body, dict) else {}

    def resources(self, call: ServiceCall) -> tuple[str, list[str]]:
        """Return the name of the queue."""
        name = _find_queue_name(call.parameters)
        return name, [name]

    def is_waiting(self, call: ServiceCall, since: float) -> bool:
        """Tell whether a long poll still waits: its queue is empty and its time is not over."""
        if call.operation != "ReceiveMessage":
            return False
        queue = self.queues.get(_find_queue_name(call.parameters))
        try:
            wait = min(_parse_number(call.parameters, "WaitTimeSeconds", 0), _LONGEST_WAIT)
        except AwsError:
            return False  # the answer will report the error
        return queue is not None and not queue.visible() and time.monotonic() < since + wait

    def answer(self, call: ServiceCall) -> HttpResponse:
        """Answer a call."""
        answer = self._answers[call.operation](call.parameters, call)
        # As in AWS, an operation without output answers without a body.
        return _answer_json(b"" if answer is None else orjson.dumps(answer))

    def failure(self, error: AwsError, call: ServiceCall) -> HttpResponse:
        """Render an error as JSON."""
        _ = call
        body = orjson.dumps({"__type": f"com.amazonaws.sqs#{error.code}", "message": error.message})
        fault = "Sender" if error.status < 500 else "Receiver"  # noqa: PLR2004
        old = _QUERY_NAMES.get(error.code, error.code)
        headers = {"Content-Type": _TYPE, "x-amzn-query-error": f"{old};{fault}"}
        return HttpResponse(error.status, headers, body)

    def _queue(self, given: _Parameters) -> MessageQueue:
        queue = self.queues.get(_find_queue_name(given))
        if queue is None:
            raise AwsError(_NO_QUEUE, "The specified queue does not exist.")
        return queue

    def _create(self, given: _Parameters, call: ServiceCall) -> _Parameters:
        name = _find_queue_name(given)
        attributes = given.get("Attributes") or {}
        visibility = _parse_number(attributes, "VisibilityTimeout", _VISIBILITY)
        self.queues.setdefault(name, MessageQueue(name, visibility))
        return {"QueueUrl": _make_queue_url(call, name)}

    def _attributes(self, given: _Parameters, _: ServiceCall) -> _Parameters:
        queue = self._queue(given)
        visible = len(queue.visible())
        return {
            "Attributes": {
                "ApproximateNumberOfMessages": str(visible),
                "ApproximateNumberOfMessagesNotVisible": str(len(queue.messages) - visible),
                "VisibilityTimeout": str(queue.visibility),
            }
        }

    def _add(self, queue: MessageQueue, body: str) -> QueueMessage:
        number = f"{next(self._numbers):032x}"
        message = QueueMessage(number, body, int(time.time() * 1000))
        queue.messages[number] = message
        return message

    def _send(self, queue: MessageQueue, given: _Parameters) -> _Parameters:
        body = given.get("MessageBody")
        if not isinstance(body, str) or not body:
            raise AwsError("MissingParameter", "The request must contain the MessageBody.")
        message = self._add(queue, body)
        message.visible_at = time.monotonic() + _parse_number(given, "DelaySeconds", 0)
        return {"MessageId": message.id, "MD5OfMessageBody": _md5(body)}

    def _receive(self, given: _Parameters, _: ServiceCall) -> _Parameters:
        queue = self._queue(given)
        most = _parse_number(given, "MaxNumberOfMessages", 1)
        if not 1 <= most <= _BATCH:
            raise AwsError("InvalidParameterValue", "MaxNumberOfMessages must be between 1 and 10.")
        until = time.monotonic() + _parse_number(given, "VisibilityTimeout", queue.visibility)
        found = queue.visible()[:most]
        for message in found:
            message.received += 1
            message.visible_at = until
            message.handle = f"{message.id}-{message.received}"
        return {"Messages": [_render_message(message) for message in found]} if found else {}

    @staticmethod
    def _delete(queue: MessageQueue, given: _Parameters) -> None:
        """Delete by the newest handle. As in AWS, an older one is accepted without effect."""
        message = queue.by_handle(given.get("ReceiptHandle"))
        if message is not None:
            del queue.messages[message.id]

    @staticmethod
    def _hide(queue: MessageQueue, given: _Parameters) -> None:
        message = queue.by_handle(given.get("ReceiptHandle"))
        if message is None:
            raise AwsError("ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
        message.visible_at = time.monotonic() + _parse_number(given, "VisibilityTimeout", 0)

    def _batch(
        self, act: Callable[[MessageQueue, _Parameters], Any]
    ) -> Callable[[_Parameters, ServiceCall], _Parameters]:
        def many(given: _Parameters, _: ServiceCall) -> _Parameters:
            queue, entries = self._queue(given), given.get("Entries") or []
            if not 1 <= len(entries) <= _BATCH:
                raise AwsError("TooManyEntriesInBatchRequest", "A batch has one to ten entries.")
            done: dict[str, list[_Parameters]] = {"Successful": [], "Failed": []}
            for entry in entries:
                try:
                    done["Successful"].append({"Id": entry["Id"], **(act(queue, entry) or {})})
                except AwsError as error:
                    failed = {"Id": entry["Id"], "Code": error.code, "SenderFault": True}
                    done["Failed"].append({**failed, "Message": error.message})
            return dict(done)

        return many


def _render_message(message: QueueMessage) -> _Parameters:
    return {
        "MessageId": message.id,
        "ReceiptHandle": message.handle,
        "Body": message.body,
        "MD5OfBody": _md5(message.body),
        "Attributes": {
            "SentTimestamp": str(message.sent),
            "ApproximateReceiveCount": str(message.received),
        },
    }


def _find_queue_name(given: _Parameters) -> str:
    return str(given.get("QueueName") or given.get("QueueUrl") or "").rpartition("/")[2]


def _make_queue_url(call: ServiceCall, name: str) -> str:
    return f"http://{call.request.header('host')}/{call.caller.account}/{name}"


def _parse_number(given: _Parameters, name: str, otherwise: int) -> int:
    value = given.get(name)
    try:
        return otherwise if value is None else int(value)
    except (TypeError, ValueError):
        raise AwsError("InvalidParameterValue", f"{name} must be a number.") from None


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _answer_json(body: bytes) -> HttpResponse:
    return HttpResponse(200, {"Content-Type": _TYPE}, body)
