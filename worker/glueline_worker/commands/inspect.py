"""``glueline inspect``: read the lineage from files, without a queue or an account."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from glueline.cli.options import AsJson
from glueline.cli.output import make_console, print_json, print_rows
from glueline.contract.errors import Terminal, UsageError
from glueline.contract.terminal import clean_line
from glueline_worker.commands.inspect_files import find_files, read_regular_file

if TYPE_CHECKING:
    from glueline_worker.commands.given_schemas import FindSchemas, GivenSchemas
    from glueline_worker.commands.inspect_reading import Surroundings
    from glueline_worker.lineage.model import Lineage

inspect_commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Show the lineage of files, without a queue or an account.",
)

_Arguments = Annotated[
    list[str] | None,
    typer.Option("--argument", "-a", metavar="NAME=VALUE", help="A job argument (repeatable)."),
]
_Region = Annotated[str | None, typer.Option(help="Region for dataset names, else {region}.")]
_Account = Annotated[str | None, typer.Option(help="Account for dataset names, else {account}.")]
_Schema = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help='Columns of tables as JSON: {"database.table": ["id", …]}.'),
]
_Sink = Annotated[
    str | None,
    typer.Option(metavar="URL", help="A SQLite or PostgreSQL sink that holds the tables' columns."),
]

_Indirect = Annotated[
    bool,
    typer.Option(
        "--indirect", help="Show also the columns that only decide: filters, keys of joins …"
    ),
]


@inspect_commands.command()
def script(
    files: Annotated[
        list[Path],
        typer.Argument(help="Job scripts (Python, Scala, notebooks, SQL), or folders of them."),
    ],
    argument: _Arguments = None,
    region: _Region = None,
    account: _Account = None,
    schema: _Schema = None,
    sink: _Sink = None,
    indirect: _Indirect = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show the lineage of each of many files.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what job scripts read and write.

    Of several files, or a folder, --json prints one line for each file.

    Example: glueline inspect script etl.py --argument environment=prod --json
    """
    from glueline_worker.commands.given_schemas import make_schema_finder  # noqa: PLC0415
    from glueline_worker.commands.inspect_reading import read_file_lineage  # noqa: PLC0415

    around = _make_surroundings(argument, region, account)
    finder = make_schema_finder(schema, sink, region, account)
    if len(files) == 1 and not files[0].is_dir():
        lineage = read_file_lineage(files[0], around, finder)
        _show(files[0].name, lineage, indirect=indirect, as_json=as_json)
        _warn_if_useless(finder)
        return
    found = list(find_files(files))
    if found and (verbose or indirect) and not as_json:
        unread = _show_trees(found, around, finder, indirect=indirect)
    else:
        unread = _show_lines(found, around, finder, as_json=as_json)
    _warn_if_useless(finder)
    if unread:
        more = f" and {len(unread) - 1:,} more" if len(unread) > 1 else ""
        raise Terminal(f"{len(unread):,} of {len(found):,} files were not read: {unread[0]}{more}")


@inspect_commands.command()
def job(
    file: Annotated[
        Path,
        typer.Argument(
            help="A job as JSON: GetJob's answer, a git export, a Studio download, or a state "
            "machine that creates it."
        ),
    ],
    script_file: Annotated[
        Path | None, typer.Option("--script", metavar="FILE", help="The job's script.")
    ] = None,
    argument: _Arguments = None,
    region: _Region = None,
    account: _Account = None,
    schema: _Schema = None,
    sink: _Sink = None,
    indirect: _Indirect = False,
    as_json: AsJson = False,
) -> None:
    """Show what a job reads and writes according to its definition.

    Example: glueline inspect job nightly.json --script nightly.py
    """
    from glueline_worker.commands.given_schemas import make_schema_finder  # noqa: PLC0415
    from glueline_worker.commands.inspect_reading import read_given_lineage  # noqa: PLC0415
    from glueline_worker.lineage.files.job_files import normalise_job  # noqa: PLC0415

    definition = normalise_job(_read_json(file))
    code = read_regular_file(script_file) if script_file else None
    if code is None and isinstance(definition.get("Script"), str):
        code = definition["Script"].encode()
    around = _make_surroundings(argument, region, account)
    finder = make_schema_finder(schema, sink, region, account)
    lineage = read_given_lineage(definition, code, around, finder)
    name = str(definition.get("Name") or file.name)
    _show(name, lineage, indirect=indirect, as_json=as_json)
    _warn_if_useless(finder)


def _show(name: str, lineage: "Lineage", *, indirect: bool, as_json: bool = False) -> None:
    from glueline_worker.commands import inspect_output  # noqa: PLC0415 - sqlglot takes a while

    if as_json:
        print_json(inspect_output.make_lineage_document(lineage))
    else:
        make_console().print(inspect_output.make_lineage_tree(name, lineage, indirect=indirect))


def _warn_if_useless(finder: "GivenSchemas | None") -> None:
    if finder and (sentence := finder.describe_useless()):
        text = Text(f"warning: {clean_line(sentence)}", style="yellow")
        make_console(stderr=True).print(text)


def _show_lines(
    files: list[Path], around: "Surroundings", finder: "FindSchemas | None", *, as_json: bool
) -> list[str]:
    """Print a line for each file, and return why files could not be read."""
    from glueline_worker.commands.inspect_many import read_files  # noqa: PLC0415
    from glueline_worker.commands.inspect_output import HEADERS  # noqa: PLC0415

    unread = []
    if as_json:
        for report in read_files(files, "json", around, finder):
            print(report.text)  # noqa: T201
            unread += [report.unread] if report.unread else []
    else:
        reports = list(read_files(files, "row", around, finder))
        skip = _count_common(files) if sys.stdout.isatty() else 0
        rows = [(report.file[skip:], *report.row) for report in reports]
        print_rows(HEADERS, rows, empty="no scripts were found")
        unread = [report.unread for report in reports if report.unread]
        if rows and sys.stdout.isatty():
            print(_sum_up(rows))  # noqa: T201
    return unread


def _sum_up(rows: list[tuple[str, ...]]) -> str:
    edges, warnings = (sum(int(row[at]) for row in rows) for at in (-3, -1))
    counted = f"{len(rows):,} files, {edges:,} edges, {warnings:,} warnings"
    return f"{counted}; --verbose shows them"


def _count_common(files: list[Path]) -> int:
    """Count the characters of the folder that all files are in: a terminal is narrow."""
    names = [file.as_posix() for file in files]
    first, last = min(names, default=""), max(names, default="")
    same = next(
        (at for at, pair in enumerate(zip(first, last, strict=False)) if len({*pair}) > 1), 0
    )
    return first.rfind("/", 0, same) + 1


def _show_trees(
    files: list[Path], around: "Surroundings", finder: "FindSchemas | None", *, indirect: bool
) -> list[str]:
    """Print a tree for each file, and return why files could not be read."""
    from glueline_worker.commands.inspect_reading import read_file_lineage  # noqa: PLC0415

    unread = []
    for file in files:
        try:
            _show(str(file), read_file_lineage(file, around, finder), indirect=indirect)
        except UsageError as error:
            unread.append(str(error))
    return unread


def _make_surroundings(
    argument: list[str] | None, region: str | None, account: str | None
) -> "Surroundings":
    from glueline_worker.commands.inspect_reading import Surroundings  # noqa: PLC0415

    arguments = {f"--{name}": value for name, value in _parse_arguments(argument).items()}
    return Surroundings(region, account, arguments)


def _parse_arguments(arguments: list[str] | None) -> dict[str, str]:
    pairs = {}
    for argument in arguments or ():
        name, equals, value = argument.partition("=")
        if not equals or not name.strip("-"):
            raise UsageError(f"--argument takes NAME=VALUE, not {argument!r}")
        pairs[name.lstrip("-")] = value
    return pairs


def _read_json(file: Path) -> Any:
    data = read_regular_file(file)
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is not JSON: {error}") from None
