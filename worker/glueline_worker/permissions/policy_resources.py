"""The ARNs of the resources that a policy names."""

import re
from dataclasses import dataclass

from glueline.settings.sources import Source
from glueline_worker.aws.iam_actions import Resource

_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-iso-", "aws-iso"),
    ("eusc-", "aws-eusc"),
)
_GLUE_STUDIO_BUCKET = "aws-glue-assets"
"""The beginning of the names of Glue Studio's buckets with scripts."""

EVENT_QUEUE_NAME = "glueline-events"
"""The name of the queue with events in the documentation."""


@dataclass(frozen=True, slots=True)
class PolicyScope:
    """The resources of a source that a policy covers; ``*`` for an unknown part."""

    source: Source
    region: str = "*"
    account: str = "*"
    buckets: tuple[str, ...] = ()
    kms_keys: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    """ARNs of queues with events."""
    narrow: bool = True
    """Name the databases of the filters instead of all."""

    @property
    def partition(self) -> str:
        """``aws``, ``aws-cn`` …: that of the role, else that of the region."""
        if self.source.roles:
            return self.source.roles[-1].arn.split(":")[1]
        found = (name for prefix, name in _PARTITIONS if self.region.startswith(prefix))
        return next(found, "aws")

    @property
    def catalog_account(self) -> str:
        """The account of the catalogue."""
        account = (self.source.catalog_id or "").partition(":")[0]
        return account if re.fullmatch(r"\d{12}", account) else self.account

    @property
    def catalog_path(self) -> str:
        """The path to a catalogue inside that of the account, such as ``/name``; else empty."""
        nested = (self.source.catalog_id or "").partition(":")[2]
        return f"/{nested}" if nested else ""

    @property
    def script_buckets(self) -> tuple[str, ...]:
        """The buckets that are known to hold scripts, else the one that Glue Studio makes."""
        return self.buckets or (f"{_GLUE_STUDIO_BUCKET}-{self.account}-{self.region}",)


def list_arns(resource: Resource, scope: PolicyScope) -> tuple[str, ...]:  # noqa: C901, PLR0911 - one for each kind
    """Return the ARNs of a kind of resource; none if the source has no such thing."""
    partition = scope.partition
    match resource:
        case Resource.DATABASES:
            return _make_catalog_arns(scope, [f"database{scope.catalog_path}/*"])
        case Resource.TABLES:
            return _make_table_arns(scope, _list_databases(scope))
        case Resource.ANY_TABLE:
            return _make_table_arns(scope, ("*",))
        case Resource.CONNECTIONS:
            base = f"arn:{partition}:glue:{scope.region}:{scope.catalog_account}"
            return (f"{base}:catalog", f"{base}:connection/*")  # also for a catalogue inside
        case Resource.JOB:
            return (f"arn:{partition}:glue:{scope.region}:{scope.account}:job/*",)
        case Resource.ANY:
            return ("*",)
        case Resource.OBJECTS:
            return tuple(f"arn:{partition}:s3:::{bucket}/*" for bucket in scope.script_buckets)
        case Resource.BUCKETS:
            return tuple(f"arn:{partition}:s3:::{bucket}" for bucket in scope.script_buckets)
        case Resource.QUEUE:
            return scope.queues or (
                f"arn:{partition}:sqs:{scope.region}:{scope.account}:{EVENT_QUEUE_NAME}",
            )
        case Resource.KMS_KEYS:
            return scope.kms_keys
        case _:
            return ()


def _make_catalog_arns(scope: PolicyScope, rest: list[str]) -> tuple[str, ...]:
    nested = [f"catalog{scope.catalog_path}"] if scope.catalog_path else []
    names = ["catalog", *nested, *rest]
    base = f"arn:{scope.partition}:glue:{scope.region}:{scope.catalog_account}"
    return tuple(f"{base}:{name}" for name in names)


def _make_table_arns(scope: PolicyScope, databases: tuple[str, ...]) -> tuple[str, ...]:
    names = [f"database{scope.catalog_path}/{name}" for name in databases]
    names += [f"table{scope.catalog_path}/{name}/*" for name in databases]
    return _make_catalog_arns(scope, names)


def _list_databases(scope: PolicyScope) -> tuple[str, ...]:
    allowed = scope.source.filters.databases.allow if scope.narrow else ()
    return tuple(dict.fromkeys(map(_make_iam_pattern, allowed))) or ("*",)


def _make_iam_pattern(glob: str) -> str:
    """Turn a glob into a pattern of IAM, with ``*`` and ``?`` only; Glue's names are lower case."""
    return re.sub(r"\[!?\]?[^\]]*\]", "?", glob.lower())


def make_secret_arn(reference: str, scope: PolicyScope) -> str:
    """Make the ARN of the secret or parameter that a reference names."""
    kind, _, name = reference.partition(":")
    if name.startswith("arn:"):
        return name.partition("#")[0]
    base = f"arn:{scope.partition}:{kind}:{scope.region}:*"
    if kind == "ssm":
        return f"{base}:parameter/{name.lstrip('/')}"
    # Secrets Manager adds a hyphen and six characters to the name.
    return f"{base}:secret:{name.partition('#')[0]}-??????"


def parse_queue_region(url: str) -> str | None:
    """Return the Region in the URL of a queue, None if there is none."""
    found = re.match(r"https?://(?:sqs\.)?([a-z]{2,}(?:-[a-z]+)+-\d+)\.", url)
    return found[1] if found else None


def parse_queue_arn(url: str, partition: str, region: str) -> str | None:
    """Return the ARN of a queue from its URL, None if the URL names no account."""
    found = re.search(r"/(\d{12})/([\w.-]+)/?$", url)
    if found is None:
        return None
    return f"arn:{partition}:sqs:{parse_queue_region(url) or region}:{found[1]}:{found[2]}"
