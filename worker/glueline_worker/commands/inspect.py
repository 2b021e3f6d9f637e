"""``glueline inspect``: read the lineage from one file, without a queue or an account."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text
from rich.tree import Tree

from glueline.cli.options import AsJson
from glueline.cli.output import make_console, print_json
from glueline.contract.errors import UsageError
from glueline.contract.lineage import Dataset
from glueline.contract.terminal import clean_line
from glueline_worker.commands.dataset_names import format_dataset

if TYPE_CHECKING:
    from glueline_worker.lineage.model import Edge, Lineage

inspect_commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Show the lineage of one file, without a queue or an account.",
)
_MAX_FILE_BYTES = 64 * 1024 * 1024
"""The size of the largest file that is read."""

_Arguments = Annotated[
    list[str] | None,
    typer.Option("--argument", "-a", metavar="NAME=VALUE", help="A job argument (repeatable)."),
]
_Region = Annotated[str | None, typer.Option(help="Region for dataset names, else {region}.")]
_Account = Annotated[str | None, typer.Option(help="Account for dataset names, else {account}.")]


@inspect_commands.command()
def script(
    file: Annotated[Path, typer.Argument(help="A job script: Python, Scala or a notebook.")],
    argument: _Arguments = None,
    region: _Region = None,
    account: _Account = None,
    as_json: AsJson = False,
) -> None:
    """Show what a job script reads and writes.

    Example: glueline inspect script etl.py --argument environment=prod --json
    """
    arguments = {f"--{name}": value for name, value in _parse_arguments(argument).items()}
    definition = {"Command": {"ScriptLocation": file.name}, "DefaultArguments": arguments}
    _show(file.name, definition, _read_file(file), region, account, as_json=as_json)


@inspect_commands.command()
def job(
    file: Annotated[
        Path,
        typer.Argument(help="A job as JSON: GetJob's answer, a git export or a Studio download."),
    ],
    script_file: Annotated[
        Path | None, typer.Option("--script", metavar="FILE", help="The job's script.")
    ] = None,
    argument: _Arguments = None,
    region: _Region = None,
    account: _Account = None,
    as_json: AsJson = False,
) -> None:
    """Show what a job reads and writes according to its definition."""
    from glueline_worker.lineage.files.job_files import normalise_job  # noqa: PLC0415

    definition = normalise_job(_read_json(file))
    given = {f"--{name}": value for name, value in _parse_arguments(argument).items()}
    definition["DefaultArguments"] = {**(definition.get("DefaultArguments") or {}), **given}
    code = _read_file(script_file) if script_file else None
    if code is None and isinstance(definition.get("Script"), str):
        code = definition["Script"].encode()
    _show(
        str(definition.get("Name") or file.name), definition, code, region, account, as_json=as_json
    )


def _show(
    name: str,
    definition: dict[str, Any],
    code: bytes | None,
    region: str | None,
    account: str | None,
    *,
    as_json: bool,
) -> None:
    from glueline_worker.lineage.job import read_job_lineage  # noqa: PLC0415 - sqlglot takes a while
    from glueline_worker.lineage.model import LineageContext  # noqa: PLC0415

    lineage = read_job_lineage(
        definition, code, None, LineageContext(region=region, account=account)
    )
    if as_json:
        print_json(_make_lineage_document(lineage))
    else:
        make_console().print(_make_lineage_tree(name, lineage))


def _make_lineage_document(lineage: "Lineage") -> dict[str, object]:
    """Return the lineage as JSON values: ``inputs``, ``outputs``, ``edges`` and ``warnings``."""
    return {
        "inputs": [_make_dataset_document(dataset) for dataset in lineage.inputs],
        "outputs": [_make_dataset_document(dataset) for dataset in lineage.outputs],
        "edges": [_make_edge_document(edge) for edge in lineage.edges],
        "warnings": list(lineage.warnings),
    }


def _make_lineage_tree(name: str, lineage: "Lineage") -> Tree:
    """Return a tree of outputs with their inputs below them, then the inputs without output."""
    root = Tree(Text(clean_line(name), style="bold"))
    for output in lineage.outputs:
        branch = root.add(Text(f"→ {format_dataset(output)}", style="green"))
        for edge in lineage.edges:
            if edge.downstream == output:
                origins = ", ".join(edge.origins)
                leaf = branch.add(Text(f"← {format_dataset(edge.upstream)}  ({origins})"))
                for column in edge.columns:
                    pair = f"{column.upstream} → {column.downstream}"
                    leaf.add(Text(clean_line(pair), style="dim"))
    with_output = {edge.upstream for edge in lineage.edges}
    for dataset in lineage.inputs:
        if dataset not in with_output:
            root.add(Text(f"← {format_dataset(dataset)}  (read, and written nowhere)"))
    for warning in lineage.warnings:
        root.add(Text(clean_line(warning), style="yellow"))
    if not (lineage.inputs or lineage.outputs or lineage.warnings):
        root.add(Text("nothing is read or written", style="dim"))
    return root


def _make_dataset_document(dataset: Dataset) -> dict[str, object]:
    return {"namespace": dataset.namespace, "name": dataset.name}


def _make_edge_document(edge: "Edge") -> dict[str, object]:
    return {
        "upstream": _make_dataset_document(edge.upstream),
        "downstream": _make_dataset_document(edge.downstream),
        "origin": edge.origins[0].value,
        "origins": [origin.value for origin in edge.origins],
        "columns": [column.model_dump() for column in edge.columns],
        "indirect": [column.model_dump() for column in edge.indirect],
        "line": edge.line,
    }


def _parse_arguments(arguments: list[str] | None) -> dict[str, str]:
    pairs = {}
    for argument in arguments or ():
        name, equals, value = argument.partition("=")
        if not equals or not name.strip("-"):
            raise UsageError(f"--argument takes NAME=VALUE, not {argument!r}")
        pairs[name.lstrip("-")] = value
    return pairs


def _read_file(file: Path) -> bytes:
    try:
        if file.stat().st_size > _MAX_FILE_BYTES:
            raise UsageError(f"{file} is larger than {_MAX_FILE_BYTES:,} bytes")
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None


def _read_json(file: Path) -> Any:
    data = _read_file(file)
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is not JSON: {error}") from None
