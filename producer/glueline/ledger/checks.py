"""Checks of sources: requests for them, and their last reports."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from glueline.contract.checks import CheckReport, SourceCheck
from glueline.ledger.command import Command
from glueline.ledger.decoding import decode_model
from glueline.ledger.keys import Keys

CHECK_REQUEST_TTL_MS = 120_000
CHECK_REPORT_TTL_MS = 30 * 24 * 3600 * 1000


def ask_check(keys: Keys, source: str) -> Command[bool]:
    """Record that a check is wanted; False when it is recorded already."""
    return Command(
        "ask_check",
        (keys.check_request(source),),
        (CHECK_REQUEST_TTL_MS,),
        lambda answer: bool(answer == 1),
    )


def drop_check(keys: Keys, source: str) -> Command[None]:
    """Forget that a check is wanted."""
    return Command("drop_check", (keys.check_request(source),), (), lambda _: None)


def record_check(keys: Keys, report: CheckReport) -> Command[None]:
    """Keep a report on a source, in place of the one before."""
    return Command(
        "record_check",
        (keys.check_report(report.source), keys.check_request(report.source)),
        (report.model_dump_json(), CHECK_REPORT_TTL_MS),
        lambda _: None,
    )


def read_checks(keys: Keys, sources: Sequence[str]) -> Command[list[SourceCheck]]:
    """Return the last report on each of ``sources``, and whether a check is wanted."""
    pairs = ((keys.check_report(name), keys.check_request(name)) for name in sources)
    return Command(
        "checks",
        tuple(chain.from_iterable(pairs)),
        (),
        lambda answer: [_parse_check(*it) for it in zip(sources, answer, strict=True)],
    )


def _parse_check(source: str, answer: Sequence[Any]) -> SourceCheck:
    """Read one source of ``checks``; a report that cannot be read counts as none."""
    report, is_checking = answer
    return SourceCheck(
        source=source,
        report=decode_model(CheckReport, report)[0] if report else None,
        is_checking=is_checking == 1,
    )
