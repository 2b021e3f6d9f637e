"""Read a catalogue file; errors name file, line and remedy."""

import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from glueline_simulator.catalogue import models
from glueline_simulator.catalogue.account_state import AwsState
from glueline_simulator.catalogue.build import build_aws_state
from glueline_simulator.catalogue.parse import explain_error
from glueline_simulator.errors import CatalogueError

_SAMPLE = "lakehouse.yaml"


def read_sample_text() -> str:
    """Return the text of the sample lakehouse, from which a user may start."""
    return resources.files("glueline_simulator").joinpath(_SAMPLE).read_text("utf-8")


def load_sample(region: str, account: str) -> AwsState:
    """Load the sample lakehouse."""
    return load_text(read_sample_text(), _SAMPLE, region, account, Path())


def load_file(path: Path, region: str, account: str) -> AwsState:
    """Load a catalogue from a YAML or JSON file; raises `CatalogueError`."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        message = f"{path} is not UTF-8 text"
        raise CatalogueError(message) from None
    except OSError as error:
        message = f"cannot read {path}: {error.strerror}"
        raise CatalogueError(message) from None
    return load_text(text, str(path), region, account, path.parent)


def load_text(text: str, name: str, region: str, account: str, folder: Path) -> AwsState:
    """Load a catalogue from text; ``name`` is the file in error messages."""
    data = _parse_json(text) if name.endswith(".json") else None
    if data is None:
        data = _parse_yaml(text, name)
    try:
        file = models.CatalogueFile.model_validate(data)
    except ValidationError as error:
        place, what = explain_error(error)
        where = ".".join(str(part) for part in place) or "the file"
        message = f"{name}, line {_find_line(text, place)}: {where}: {what}"
        raise CatalogueError(message) from None
    return build_aws_state(file, region, account, folder)


def _parse_json(text: str) -> Any:
    """Parse the text as JSON, which can hold characters that YAML cannot; None on an error."""
    try:
        return json.loads(text)
    except ValueError:
        return None  # it is YAML, or the error is reported as one of YAML


def _parse_yaml(text: str, name: str) -> Any:
    try:
        return yaml.load(text, Loader=yaml.CSafeLoader) or {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        message = f"{name}, line {line}: {error.problem or error.context or 'no YAML'}"
        raise CatalogueError(message) from None
    except yaml.YAMLError as error:
        message = f"{name}: {' '.join(str(error).split())}"
        raise CatalogueError(message) from None


def _find_line(text: str, place: Sequence[str | int]) -> int:
    """Return the line of the deepest part of ``place`` that is in the file."""
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return 1
    line = 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            pairs = {key.value: (key, value) for key, value in node.value}
            if str(part) not in pairs:
                continue  # pydantic puts names of types into the place, too
            key, node = pairs[str(part)]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
