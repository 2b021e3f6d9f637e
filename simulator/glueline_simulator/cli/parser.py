"""The options of the command, and its help text."""

import argparse
from importlib.metadata import PackageNotFoundError, version
from typing import NoReturn

from glueline_simulator.errors import UsageError
from glueline_simulator.generated.build import CatalogueSize
from glueline_simulator.settings import Expressions, Settings

_ABOUT = """\
An AWS endpoint on this machine that answers Glue, S3, STS and SQS, to try Glueline against.

  glueline-simulator serve --port 4577 --sample
  glueline-simulator serve --databases 50 --tables 1000 --jobs 200 --latency 0.08
  glueline-simulator sample > my.yaml && glueline-simulator serve --catalogue my.yaml

Point any AWS client at it:

  export AWS_ENDPOINT_URL=http://127.0.0.1:4577 AWS_REGION=eu-west-1
  export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=thing
  aws glue get-databases
  curl http://127.0.0.1:4577/_simulator/stats
"""
_BAD_DAYS = """\
examples of errors:
  --quota GetTables=50          50 calls a second, as many at once; then ThrottlingException
  --quota GetTables=50:10       the same rate, but only 10 at once
  --quota '*=100'               every other Glue call, each with a quota of its own
  --faults 0.05                 one call in twenty fails, in one of the ways of --fault-kinds
  --deny GetTables:sales        AccessDeniedException for one database
  --deny 'GetJob:nightly-*'     and for jobs, by name
  --hide finance                as by Lake Formation: left out, without an error
  --endless GetTables:sales=page   a listing that never ends
  --ragged                      short and empty pages that still carry a token

while it runs:
  curl -X POST URL/_simulator/settings -d '{"latency": 0.5, "outage": 10}'
  curl -X POST URL/_simulator/tables/delete -d '{"database": "sales", "table": "orders"}'
"""


class _Parser(argparse.ArgumentParser):
    """Raises errors of one sentence, so that `main` prints them and exits."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the whole usage."""
        hint = "; see glueline-simulator serve --help"
        raise UsageError(message + hint)


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of the whole command line."""
    parser = _Parser(
        "glueline-simulator",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(dest="command", required=True, metavar="serve | sample")
    serve = commands.add_parser(
        "serve",
        help="serve a catalogue until stopped",
        description="Serve a generated catalogue, a catalogue file, or the sample lakehouse.",
        epilog=_BAD_DAYS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_place(serve)
    _add_catalogue(serve)
    _add_behaviour(serve)
    _add_callers(serve)
    commands.add_parser("sample", help="print the sample lakehouse as YAML, to start from")
    return parser


def _add_place(parser: argparse.ArgumentParser) -> None:
    place = parser.add_argument_group("where")
    place.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    place.add_argument(
        "--port", type=int, default=4577, help="port; 0 takes a free one (%(default)s)"
    )
    place.add_argument("--ready-file", metavar="PATH", help="write the URL there when listening")
    place.add_argument("--json", action="store_true", help="print the ready line as JSON")
    # For a parent process: the simulator ends when the parent ends.
    place.add_argument("--stop-with-stdin", action="store_true", help=argparse.SUPPRESS)


def _add_catalogue(parser: argparse.ArgumentParser) -> None:
    size = CatalogueSize()
    catalogue = parser.add_argument_group("catalogue, generated unless a file is given")
    add = catalogue.add_argument
    add("--catalogue", metavar="FILE", help="a catalogue in YAML; `sample` prints one")
    add("--sample", action="store_true", help="the sample lakehouse")
    for name, what in (
        ("databases", "databases"),
        ("tables", "tables in each database"),
        ("columns", "columns of each table, partition keys not counted"),
        ("partitions", "partitions of each partitioned table"),
        ("jobs", "jobs"),
    ):
        default = getattr(size, name)
        add(f"--{name}", type=int, metavar="N", help=f"number of {what} ({default})")
    add(
        "--skew",
        type=float,
        metavar="SHARE",
        help="share of all tables that the first database holds, such as 0.8 (evenly spread)",
    )
    add("--seed", type=int, default=1, help="seed of faults and ragged pages (%(default)s)")
    add("--region", default="eu-west-1", help="region in ARNs (%(default)s)")
    add("--account", default="123456789012", help="account id (%(default)s)")


def _add_behaviour(parser: argparse.ArgumentParser) -> None:
    defaults = Settings()
    add = parser.add_argument_group("behaviour").add_argument
    add("--latency", type=float, metavar="SECONDS", help="time each call takes (0)")
    add("--quota", action="append", metavar="OPERATION=RATE[:BURST]", help="calls a second")
    add("--faults", type=float, metavar="SHARE", help="share of calls that fail (0)")
    kinds = ",".join(defaults.fault_kinds)
    add("--fault-kinds", action="append", metavar="KINDS", help=f"mix of {kinds}; also federation")
    add("--fault-hang", type=float, metavar="SECONDS", help="how long a hanging call hangs (5)")
    add("--deny", action="append", metavar="OPERATION[:NAME]", help="answer AccessDenied")
    add("--hold", action="append", metavar="OPERATION[:NAME]", help="do not answer until changed")
    add("--endless", action="append", metavar="OPERATION[:NAME]=LOOP", help="never end a listing")
    add("--hide", action="append", metavar="DATABASE[.TABLE]", help="leave out of all answers")
    add("--ragged", action="store_true", default=None, help="short and empty pages")
    modes = "|".join(Expressions)
    add("--expressions", metavar="HOW", help=f"GetTables' Expression: {modes} (indexed)")
    add("--events", metavar="QUEUE", help="queue of SQS that gets an event for each change (none)")
    add("--token-seconds", type=float, metavar="SECONDS", help="lifetime of page tokens (forever)")


def _add_callers(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("callers").add_argument
    add("--accept-keys", action="append", metavar="KEY[,KEY…]", help="access keys (any)")
    add("--secrets", action="append", metavar="NAME=TEXT", help="secrets and parameters (none)")
    add("--session-seconds", type=float, metavar="SECONDS", help="lifetime of sessions (3600)")


def _version() -> str:
    try:
        return version("glueline-simulator")
    except PackageNotFoundError:
        return "unknown"
