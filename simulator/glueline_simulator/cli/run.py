"""Run the simulator with the options of the command line."""

import json
import os
import re
import sys
from argparse import Namespace
from dataclasses import fields
from pathlib import Path

from glueline_simulator.catalogue.account_state import AwsState
from glueline_simulator.catalogue.load import load_file, load_sample
from glueline_simulator.errors import StartError, UsageError
from glueline_simulator.generated.build import CatalogueSize, generate_aws_state
from glueline_simulator.generated.partitions import MAX_PARTITIONS
from glueline_simulator.server import Address, run_server
from glueline_simulator.settings import Settings, make_settings
from glueline_simulator.simulation import Simulation

_MOST = {
    "databases": 10_000,
    "tables": 1_000_000,
    "columns": 10_000,
    "partitions": MAX_PARTITIONS,
    "jobs": 100_000,
}
_HIGHEST_PORT = 65_535


def run_serve(options: Namespace) -> None:
    """Serve with the options until a signal stops the process."""
    address = _make_address(options)
    settings = _make_settings(options)
    state = _make_aws_state(options)

    def ready(url: str) -> None:
        _announce(url, state, as_json=options.json)
        if options.ready_file:
            _write_ready_file(Path(options.ready_file), url)

    simulation = Simulation(state, settings, options.seed)
    run_server(simulation, address, ready, stop_with_stdin=options.stop_with_stdin)


def _make_address(options: Namespace) -> Address:
    if not 0 <= options.port <= _HIGHEST_PORT:
        message = f"--port must be between 0 and {_HIGHEST_PORT}, not {options.port}"
        raise UsageError(message)
    return Address(options.host, options.port)


def _make_settings(options: Namespace) -> Settings:
    given = {name: getattr(options, name, None) for name in Settings.model_fields}
    return make_settings({name: value for name, value in given.items() if value is not None})


def _make_aws_state(options: Namespace) -> AwsState:
    if not re.fullmatch(r"\d{12}", options.account):
        message = f"--account must be twelve digits, not {options.account!r}"
        raise UsageError(message)
    sizes = {field.name: getattr(options, field.name) for field in fields(CatalogueSize)}
    given = {name: value for name, value in sizes.items() if value is not None}
    if options.sample or options.catalogue:
        if given or (options.sample and options.catalogue):
            message = "give one of --catalogue, --sample, and the sizes of a generated catalogue"
            raise UsageError(message)
        if options.sample:
            return load_sample(options.region, options.account)
        return load_file(Path(options.catalogue), options.region, options.account)
    for name, value in given.items():
        most = _MOST.get(name, 1)
        least = 1 if name == "columns" else 0
        if not least <= value <= most:
            message = f"--{name} must be between {least} and {most}, not {value:g}"
            raise UsageError(message)
    return generate_aws_state(options.region, options.account, CatalogueSize(**given))


def _announce(url: str, state: AwsState, *, as_json: bool) -> None:
    account = state.accounts[state.account]
    counts = {"databases": len(account.databases), "jobs": len(account.jobs)}
    if as_json:
        line = json.dumps({"url": url, "pid": os.getpid(), "account": state.account, **counts})
    else:
        size = f"{counts['databases']} databases, {counts['jobs']} jobs"
        line = f"glueline-simulator is ready at {url} ({size})"
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _write_ready_file(path: Path, url: str) -> None:
    """Write the file in one step, so that a reader never sees half a URL."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(f"{url}\n")
        part.replace(path)
    except OSError as error:
        message = f"cannot write --ready-file {path}: {error.strerror}"
        raise StartError(message) from None
