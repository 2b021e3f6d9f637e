"""``glueline policy``: print the least IAM policy of a source."""

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from glueline.cli.loading import load_cli_settings
from glueline.cli.output import make_console
from glueline.contract.errors import UsageError

if TYPE_CHECKING:
    from glueline_worker.aws.iam_actions import Feature
    from glueline_worker.permissions.policy_resources import PolicyScope

_ACCOUNT = re.compile(r"\d{12}")
_PRINCIPAL = re.compile(r"arn:aws[\w-]*:iam::\d{12}:(root|role/.+|user/.+)")
_BUCKET = re.compile(r"[a-z0-9*?][a-z0-9.*?-]{1,62}")
_QUEUE = re.compile(r"arn:aws[\w-]*:sqs:[\w*-]+:[\d*]+:[\w.*-]+")
_KMS_KEY = re.compile(r"arn:aws[\w-]*:kms:[\w*-]+:[\d*]+:key/[\w*-]+")


def policy(
    source: Annotated[str, typer.Argument(help="A source of glueline.toml.")] = "default",
    with_: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="FEATURE",
            help="Allow partitions, events (commas or repeated) beside jobs and lineage.",
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="FEATURE", help="Do not allow jobs, lineage, partitions or events."),
    ] = None,
    notation: Annotated[
        Literal["json", "terraform", "cloudformation"],
        typer.Option("--format", help="json: the reader's policy. The others: roles as well."),
    ] = "json",
    chain: Annotated[
        bool,
        typer.Option("--chain", help="As JSON: every role of the source, with its trust policy."),
    ] = False,
    bucket: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A bucket with scripts (repeatable; default: aws-glue-assets-ACCOUNT-REGION).",
        ),
    ] = None,
    kms_key: Annotated[
        list[str] | None,
        typer.Option(metavar="ARN", help="A key that scripts or the catalogue are encrypted with."),
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="The account, where the source has neither role nor id.")
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="AWS region (default: that of the source).")
    ] = None,
    queue: Annotated[
        str | None,
        typer.Option(metavar="ARN", help="The queue with events (default: events.queue)."),
    ] = None,
    principal: Annotated[
        str | None,
        typer.Option(
            metavar="ARN", help="Who may assume the first role (default: its own account)."
        ),
    ] = None,
) -> None:
    """Print the least IAM policy that a source needs.

    This does not call AWS.

    Example: glueline policy sales --with partitions --format terraform
    """
    from glueline_worker.permissions import policy_documents, policy_formats  # noqa: PLC0415

    scope = _make_scope(source, account, region, bucket, kms_key, queue)
    features = _choose_features(with_, without)
    _ensure_match(
        principal, _PRINCIPAL, "--principal", "the ARN of an account's root, a role or a user"
    )
    trusted = principal or policy_documents.guess_trusted_arn(scope)
    principals = policy_documents.make_principals(scope, features, trusted)
    _print_notes(scope, principal, trusted, is_plain=notation == "json" and not chain)
    if chain:
        print(policy_formats.render_chain(principals))  # noqa: T201
    elif notation == "json":
        print(policy_formats.render_iam(principals))  # noqa: T201
    else:
        print(getattr(policy_formats, f"render_{notation}")(source, principals))  # noqa: T201


def _choose_features(with_: list[str] | None, without: list[str] | None) -> "frozenset[Feature]":
    from glueline_worker.aws.iam_actions import DEFAULT_FEATURES, Feature  # noqa: PLC0415

    added, removed = _parse_features("--with", with_), _parse_features("--without", without)
    if both := added & removed:
        raise UsageError(f"{min(both)} stands in --with and in --without")
    features = (DEFAULT_FEATURES | added) - removed
    if Feature.LINEAGE in added and Feature.JOBS in removed:
        raise UsageError("lineage is that of jobs: --with lineage cannot go --without jobs")
    return features if Feature.JOBS in features else features - {Feature.LINEAGE}


def _parse_features(option: str, words: list[str] | None) -> "frozenset[Feature]":
    from glueline_worker.aws.iam_actions import OPTIONAL_FEATURES, Feature  # noqa: PLC0415

    names = [name.strip() for word in words or () for name in word.split(",") if name.strip()]
    for name in names:
        if name not in OPTIONAL_FEATURES:
            raise UsageError(f"{option} takes {', '.join(OPTIONAL_FEATURES)}, not {name!r}")
    return frozenset(Feature(name) for name in names)


def _make_scope(
    name: str,
    account: str | None,
    region: str | None,
    buckets: list[str] | None,
    kms_keys: list[str] | None,
    queue: str | None,
) -> "PolicyScope":
    from glueline_worker.permissions.policy_resources import PolicyScope, parse_queue_arn  # noqa: PLC0415

    settings = load_cli_settings()
    source = settings.source(name)
    _ensure_match(queue, _QUEUE, "--queue", "the ARN of a queue")
    _ensure_match(account, _ACCOUNT, "--account", "12 digits")
    for bucket in buckets or ():
        _ensure_match(
            bucket, _BUCKET, "--bucket", "the name of a bucket, or a pattern with * and ?"
        )
    for key in kms_keys or ():
        _ensure_match(key, _KMS_KEY, "--kms-key", "the ARN of a key, not of an alias")
    here = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    scope = PolicyScope(
        source,
        region=region or source.region or here or "*",
        account=account or source.account or "*",
        buckets=tuple(buckets or ()),
        kms_keys=tuple(kms_keys or ()),
    )
    configured = parse_queue_arn(settings.events.queue or "", scope.partition, scope.region)
    return replace(scope, queues=tuple(filter(None, [queue or configured])))


def _ensure_match(value: str | None, pattern: re.Pattern[str], option: str, expected: str) -> None:
    if value is not None and pattern.fullmatch(value) is None:
        raise UsageError(f"{option} takes {expected}, not {value!r}")


def _print_notes(
    scope: "PolicyScope", principal: str | None, trusted: str, *, is_plain: bool
) -> None:
    """Print hints beside the document, on standard error."""
    errors = make_console(stderr=True)
    for known, what in ((scope.account, "account"), (scope.region, "region")):
        if known == "*":
            errors.print(f"the {what} is not known, so any is allowed: give --{what}", markup=False)
    if scope.source.roles and is_plain:
        errors.print(
            "this is for the last role; --chain shows every role and its trust", markup=False
        )
    elif scope.source.roles and principal is None:
        errors.print(f"the first role trusts {trusted}; --principal names another", markup=False)
