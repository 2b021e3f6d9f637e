"""One call: the quota before it, the tally of it, and the tries."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from glueline.contract.errors import UsageError
from glueline_worker.aws import calls
from glueline_worker.aws.calls import AwsCaller, call_counts
from glueline_worker.aws.errors import AwsDenied, AwsError, AwsExpired, AwsThrottled, AwsTransient


class OpenQuota:
    """Lets every call through and remembers what it was told."""

    def __init__(self) -> None:
        self.acquired: list[str] = []
        self.throttles: list[str] = []

    async def acquire(self, family: str, limit: float | None = None) -> int:
        self.acquired.append(family)
        return len(self.acquired)

    async def report_throttling(self, family: str, slot: int) -> None:
        assert slot == len(self.acquired)
        self.throttles.append(family)


class Script:
    """Answers one thing after the other; an exception is raised."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.sent = 0

    async def __call__(self) -> object:
        self.sent += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def refusal(code: str, retry_after: str | None = None) -> ClientError:
    headers = {"retry-after": retry_after} if retry_after else {}
    return ClientError(
        {"Error": {"Code": code}, "ResponseMetadata": {"HTTPHeaders": headers}}, "GetTables"
    )


@pytest.fixture
def quota() -> OpenQuota:
    return OpenQuota()


@pytest.fixture
def call(quota: OpenQuota) -> AwsCaller:
    return AwsCaller(quota, "123456789012:eu-west-1", timeout=60)


@pytest.fixture(autouse=True)
def counts() -> Iterator[Counter[str]]:
    counted: Counter[str] = Counter()
    reset = call_counts.set(counted)
    yield counted
    call_counts.reset(reset)


@pytest.fixture(autouse=True)
def _no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "_backoff", lambda _: 0.0)


async def test_a_good_answer_takes_one_call(
    call: AwsCaller, quota: OpenQuota, counts: Counter[str]
):
    assert await call("GetTables", Script("page")) == "page"
    assert quota.acquired == ["123456789012:eu-west-1:GetTables"]
    assert counts == {"calls": 1}


@pytest.mark.parametrize(
    "passing",
    [
        refusal("ThrottlingException"),
        refusal("OperationTimeoutException"),
        refusal("FederationSourceRetryableException"),
        ConnectionClosedError(endpoint_url="https://x"),
        ConnectionResetError(),
    ],
)
async def test_what_passes_is_tried_until_it_does(
    call: AwsCaller, quota: OpenQuota, counts: Counter[str], passing: Exception
):
    send = Script(passing, passing, "page")
    assert await call("GetTables", send) == "page"
    assert send.sent == 3
    assert len(quota.acquired) == 3
    throttled = len(quota.throttles)
    assert throttled == (2 if "Throttling" in str(passing) else 0)
    assert counts == Counter(calls=3, retried=2, throttled=throttled)


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "EntityNotFoundException", "InvalidInputException"]
)
async def test_a_refusal_is_not_tried_again(
    call: AwsCaller, quota: OpenQuota, counts: Counter[str], code: str
):
    send = Script(refusal(code), "page")
    with pytest.raises(AwsError) as raised:
        await call("GetTables", send)
    assert raised.value.code == code
    assert send.sent == 1
    assert counts == {"calls": 1}
    assert quota.throttles == []


async def test_expired_credentials_are_not_tried_again(call: AwsCaller):
    send = Script(refusal("ExpiredTokenException"), "page")
    with pytest.raises(AwsExpired):
        await call("GetTables", send)
    assert send.sent == 1


async def test_after_the_deadline_the_last_error_is_raised(quota: OpenQuota):
    send = Script(refusal("ThrottlingException"))
    with pytest.raises(AwsThrottled):
        await AwsCaller(quota, "a", timeout=0.3)("GetTables", send)
    assert send.sent > 1
    assert quota.throttles == ["a:GetTables"] * send.sent


async def test_the_wait_is_not_shorter_than_the_server_asked(
    call: AwsCaller, monkeypatch: pytest.MonkeyPatch
):
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("asyncio.sleep", sleep)
    await call("GetTables", Script(refusal("SlowDown", "7.5"), refusal("SlowDown"), "page"))
    assert slept == [7.5, 0.0]


@pytest.mark.parametrize("asked", ["3600", "inf"])
async def test_a_wait_beyond_the_deadline_is_not_begun(quota: OpenQuota, asked: str):
    send = Script(refusal("SlowDown", asked))
    with pytest.raises(AwsThrottled):
        await AwsCaller(quota, "a", timeout=60)("GetTables", send)
    assert send.sent == 1


async def test_an_error_of_ours_goes_through(call: AwsCaller, counts: Counter[str]):
    with pytest.raises(UsageError, match="no such source"):
        await call("GetTables", Script(UsageError("no such source")))
    assert counts == {"calls": 1}


async def test_a_bug_is_raised_as_it_is(call: AwsCaller):
    send = Script(KeyError("bug"))
    with pytest.raises(KeyError):
        await call("GetTables", send)
    assert send.sent == 1


async def test_calls_are_made_outside_of_units_too(call: AwsCaller):
    reset = call_counts.set(None)
    assert await call("GetCallerIdentity", Script("me")) == "me"
    call_counts.reset(reset)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: refusal("AccessDenied"), AwsDenied),
        (lambda: refusal("InternalServiceException"), AwsTransient),
    ],
)
async def test_errors_name_the_operation(
    quota: OpenQuota, make: Callable[[], ClientError], kind: type[AwsError]
):
    with pytest.raises(kind, match=r"^GetDataflowGraph: "):
        await AwsCaller(quota, "a", timeout=0.01)("GetDataflowGraph", Script(make()))
