"""The SQS queue that events arrive by."""

from dataclasses import dataclass
from typing import Any

from aiobotocore.config import AioConfig

from glueline.settings.settings import Settings
from glueline.settings.sources import Source
from glueline_worker.aws.errors import AwsCredentials, AwsExpired, AwsMisconfigured, classify_error
from glueline_worker.aws.sessions.clients import ClientPool
from glueline_worker.aws.sessions.http_session import SharedTlsSession
from glueline_worker.aws.sessions.sessions import Sessions, find_region
from glueline_worker.aws.sessions.shared_client import SourceClient
from glueline_worker.permissions.policy_resources import parse_queue_region

_MESSAGES_A_CALL = 10
"""The most messages in one answer of SQS."""
VISIBILITY_SECONDS = 30
"""Seconds in which nobody else can receive a message that was received."""
LONG_POLL_SECONDS = 20
"""Seconds that SQS waits for a message before it answers without one: its maximum."""
_READ_TIMEOUT = LONG_POLL_SECONDS + 10


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that was received. ``sent`` is in epoch seconds, None if SQS does not say."""

    handle: str
    body: str
    sent: float | None


class EventQueue:
    """Receives and deletes messages. Belongs to one event loop and one poller."""

    def __init__(self, settings: Settings, url: str) -> None:
        """Read the queue at ``url``; call AWS with the first use only."""
        self._settings = settings
        self._url = url
        self._pool: ClientPool | None = None
        self._client: SourceClient | None = None

    async def receive(self, wait: int = LONG_POLL_SECONDS) -> list[Delivery]:
        """Receive up to ten messages, none after ``wait`` seconds without one; raises AwsError."""
        answer = await self._call(
            "ReceiveMessage",
            "receive_message",
            MaxNumberOfMessages=_MESSAGES_A_CALL,
            WaitTimeSeconds=wait,
            VisibilityTimeout=VISIBILITY_SECONDS,
            MessageSystemAttributeNames=["SentTimestamp"],
        )
        return [_parse_delivery(message) for message in answer.get("Messages") or ()]

    async def delete(self, deliveries: list[Delivery]) -> int:
        """Delete messages; return how many could not be deleted; raises AwsError."""
        entries = [
            {"Id": str(number), "ReceiptHandle": delivery.handle}
            for number, delivery in enumerate(deliveries)
        ]
        answer = await self._call("DeleteMessageBatch", "delete_message_batch", Entries=entries)
        return len(entries) - len(answer.get("Successful") or ())

    async def close(self) -> None:
        """Close the connection; the next call makes another, with fresh credentials."""
        self._client = None
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    async def _call(self, operation: str, method: str, **params: Any) -> dict[str, Any]:
        try:
            if self._client is None:
                self._client = await self._connect()
            answer: dict[str, Any] = await getattr(self._client, method)(
                QueueUrl=self._url, **params
            )
        except Exception as error:  # noqa: BLE001 - an error that is not of AWS is raised again
            known = classify_error(error, operation)
            if isinstance(known, AwsExpired | AwsCredentials):
                await self.close()
            raise known from None
        return answer

    async def _connect(self) -> SourceClient:
        name = self._settings.events.queue_source
        source = self._settings.source(name) if name else Source()
        self._pool = ClientPool(_make_config)
        credentials = Sessions(self._settings, self._pool).make_credentials(source)
        region = parse_queue_region(self._url) or find_region(source, credentials.session)
        if not region:
            raise AwsMisconfigured(
                "the region of the queue is not known: set AWS_REGION, or that of events."
                "queue_source",
                code="region",
            )
        clients = self._pool.lease(self, credentials.session, region, source.endpoint_url)
        return await clients.get_client("sqs", credentials.signing)


def _make_config(_url: str | None) -> AioConfig:
    return AioConfig(
        retries={"total_max_attempts": 1},
        connect_timeout=5,
        read_timeout=_READ_TIMEOUT,
        http_session_cls=SharedTlsSession,
    )


def _parse_delivery(message: dict[str, Any]) -> Delivery:
    sent = str((message.get("Attributes") or {}).get("SentTimestamp"))
    return Delivery(
        handle=str(message["ReceiptHandle"]),
        body=str(message.get("Body", "")),
        sent=int(sent) / 1000 if sent.isdecimal() else None,
    )
