"""``glueline inspect``: what one file says of its lineage, without a queue or an account."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text
from rich.tree import Tree

from glueline.cli.options import AsJson
from glueline.cli.output import make_console, print_json
from glueline.contract.errors import UsageError
from glueline.contract.terminal import clean_line

if TYPE_CHECKING:
    from glueline.contract.lineage import Dataset
    from glueline_worker.lineage.model import Edge, Lineage

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="The lineage of one file, without a queue or an account.",
)
SIZE_LIMIT = 64 * 1024 * 1024
"""Bytes of a file that is read."""

Arguments = Annotated[
    list[str] | None,
    typer.Option("--argument", "-a", metavar="NAME=VALUE", help="A job argument (repeatable)."),
]
Region = Annotated[str | None, typer.Option(help="Region for dataset names, else {region}.")]
Account = Annotated[str | None, typer.Option(help="Account for dataset names, else {account}.")]


@app.command()
def script(
    file: Annotated[Path, typer.Argument(help="A job script: Python, Scala or a notebook.")],
    argument: Arguments = None,
    region: Region = None,
    account: Account = None,
    as_json: AsJson = False,
) -> None:
    """What a job script reads and writes.

    Example: glueline inspect script etl.py --argument environment=prod --json
    """
    arguments = {f"--{name}": value for name, value in _pairs(argument).items()}
    definition = {"Command": {"ScriptLocation": file.name}, "DefaultArguments": arguments}
    _show(file.name, definition, _read(file), region, account, as_json=as_json)


@app.command()
def job(
    file: Annotated[
        Path,
        typer.Argument(help="A job as JSON: GetJob's answer, a git export or a Studio download."),
    ],
    script_file: Annotated[
        Path | None, typer.Option("--script", metavar="FILE", help="The job's script.")
    ] = None,
    argument: Arguments = None,
    region: Region = None,
    account: Account = None,
    as_json: AsJson = False,
) -> None:
    """What a job's definition says that it reads and writes."""
    from glueline_worker.lineage.files.job_files import normalise_job  # noqa: PLC0415

    definition = normalise_job(_json(file))
    given = {f"--{name}": value for name, value in _pairs(argument).items()}
    definition["DefaultArguments"] = {**(definition.get("DefaultArguments") or {}), **given}
    code = _read(script_file) if script_file else None
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
        print_json(document(lineage))
    else:
        make_console().print(tree(name, lineage))


def document(lineage: "Lineage") -> dict[str, object]:
    """The lineage as JSON values: ``inputs``, ``outputs``, ``edges`` and ``warnings``."""
    return {
        "inputs": [_dataset(dataset) for dataset in lineage.inputs],
        "outputs": [_dataset(dataset) for dataset in lineage.outputs],
        "edges": [_edge(edge) for edge in lineage.edges],
        "warnings": list(lineage.warnings),
    }


def tree(name: str, lineage: "Lineage") -> Tree:
    """The lineage for people: each output with what flows into it, then what stands alone."""
    root = Tree(Text(clean_line(name), style="bold"))
    for output in lineage.outputs:
        branch = root.add(Text(f"→ {_label(output)}", style="green"))
        for edge in lineage.edges:
            if edge.downstream == output:
                leaf = branch.add(Text(f"← {_label(edge.upstream)}  ({', '.join(edge.origins)})"))
                for column in edge.columns:
                    pair = f"{column.upstream} → {column.downstream}"
                    leaf.add(Text(clean_line(pair), style="dim"))
    flowing = {edge.upstream for edge in lineage.edges}
    for dataset in lineage.inputs:
        if dataset not in flowing:
            root.add(Text(f"← {_label(dataset)}  (read, and written nowhere)"))
    for warning in lineage.warnings:
        root.add(Text(clean_line(warning), style="yellow"))
    if not (lineage.inputs or lineage.outputs or lineage.warnings):
        root.add(Text("nothing is read or written", style="dim"))
    return root


def _dataset(dataset: "Dataset") -> dict[str, object]:
    return {"namespace": dataset.namespace, "name": dataset.name}


def _edge(edge: "Edge") -> dict[str, object]:
    return {
        "upstream": _dataset(edge.upstream),
        "downstream": _dataset(edge.downstream),
        "origin": edge.origins[0].value,
        "origins": [origin.value for origin in edge.origins],
        "columns": [column.model_dump() for column in edge.columns],
        "line": edge.line,
    }


def _label(dataset: "Dataset") -> str:
    return clean_line(f"{dataset.namespace}  {dataset.name}")


def _pairs(arguments: list[str] | None) -> dict[str, str]:
    pairs = {}
    for argument in arguments or ():
        name, equals, value = argument.partition("=")
        if not equals or not name.strip("-"):
            raise UsageError(f"--argument takes NAME=VALUE, not {argument!r}")
        pairs[name.lstrip("-")] = value
    return pairs


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > SIZE_LIMIT:
            raise UsageError(f"{file} is larger than {SIZE_LIMIT:,} bytes")
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None


def _json(file: Path) -> Any:
    data = _read(file)
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is not JSON: {error}") from None
