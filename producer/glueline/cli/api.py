"""``glueline api``: the HTTP API and its page."""

import json
from typing import Annotated

import typer
from pydantic import ValidationError

from glueline.cli.loading import load_cli_settings
from glueline.cli.options import AsJson
from glueline.cli.output import make_console, print_json
from glueline.contract.errors import UsageError
from glueline.contract.model import first_error
from glueline.settings.api import Token, hash_token, make_token

api_app = typer.Typer(rich_markup_mode="rich", invoke_without_command=True)


@api_app.callback()
def _serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Where to listen (default: api.host).")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port (default: api.port).")
    ] = None,
) -> None:
    """Serve the HTTP API and its page until SIGTERM or Ctrl-C.

    Tokens come first: glueline api token me --scope read --scope enqueue

    Then: glueline api --port 8080, and curl -H "Authorization: Bearer glueline_…"
    http://127.0.0.1:8080/v1/runs, or the same address in a browser. /openapi.json describes it.
    """
    if context.invoked_subcommand is not None:
        return
    try:
        from glueline.api.server import serve  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError(
            f"the HTTP API needs more packages ({error.name}): pip install 'glueline[api]'"
        ) from None
    settings = load_cli_settings()
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    changed = settings.api.model_copy(update=given)
    serve(settings.model_copy(update={"api": changed}))


@api_app.command("token")
def _make_token(
    name: Annotated[str, typer.Argument(help="Whose it is; stands in the audit lines.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="SCOPE",
            help="read (the default): see; enqueue: enqueue, cancel, replay, check (repeatable).",
        ),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", "-s", metavar="GLOB", help="Only sources like this (repeatable)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a random token, shown once, and the lines of glueline.toml that let it in.

    The token goes to standard output, the lines to standard error, so that this does both:

    TOKEN=$(glueline api token me 2>>glueline.toml)

    Example: glueline api token ci --scope read --scope enqueue --source 'prod-*'
    """
    secret = make_token()
    try:
        made = Token.model_validate(
            {
                "name": name,
                "hash": hash_token(secret),
                "scopes": tuple(dict.fromkeys(scope or ["read"])),
                "sources": tuple(source or ["*"]),
            }
        )
    except ValidationError as error:
        raise UsageError(f"not a token: {first_error(error)}") from None
    if as_json:
        print_json({"token": secret, "settings": made.model_dump(mode="json")})
        return
    print(secret, flush=True)  # noqa: T201 - for a pipe, and never wrapped
    about = "# The token stands nowhere else, so keep it. These lines of glueline.toml let it in:"
    make_console(stderr=True).print(f"\n{about}\n{_toml(made)}", markup=False)


def _toml(made: Token) -> str:
    return "\n".join(
        (
            "[[api.tokens]]",
            f'name = "{made.name}"',
            f'hash = "{made.hash}"',
            # A list of strings in JSON is one in TOML.
            f"scopes = {json.dumps(made.scopes)}",
            f"sources = {json.dumps(made.sources)}",
        )
    )
