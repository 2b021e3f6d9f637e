"""Read a catalogue file; whatever is wrong is said with file, line and remedy."""

import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from glueline_simulator.catalogue import models
from glueline_simulator.catalogue.account_state import World
from glueline_simulator.catalogue.build import build_world
from glueline_simulator.catalogue.parse import explain
from glueline_simulator.errors import CatalogueError

SAMPLE = "lakehouse.yaml"


def sample_text() -> str:
    """The sample lakehouse, as a user may start from it."""
    return resources.files("glueline_simulator").joinpath(SAMPLE).read_text("utf-8")


def load_sample(region: str, account: str) -> World:
    """The sample lakehouse."""
    return _load(sample_text(), SAMPLE, region, account, Path())


def load_file(path: Path, region: str, account: str) -> World:
    """A catalogue from a YAML or JSON file; raises `CatalogueError`."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        message = f"{path} is not UTF-8 text"
        raise CatalogueError(message) from None
    except OSError as error:
        message = f"cannot read {path}: {error.strerror}"
        raise CatalogueError(message) from None
    return _load(text, str(path), region, account, path.parent)


def _load(text: str, name: str, region: str, account: str, folder: Path) -> World:
    data = _json(text) if name.endswith(".json") else None
    if data is None:
        data = _yaml(text, name)
    try:
        file = models.CatalogueFile.model_validate(data)
    except ValidationError as error:
        place, what = explain(error)
        where = ".".join(str(part) for part in place) or "the file"
        message = f"{name}, line {_line(text, place)}: {where}: {what}"
        raise CatalogueError(message) from None
    return build_world(file, region, account, folder)


def _json(text: str) -> Any:
    """What the text means as JSON, which spells characters that YAML cannot hold."""
    try:
        return json.loads(text)
    except ValueError:
        return None  # then it is YAML, or its mistake is told as YAML's


def _yaml(text: str, name: str) -> Any:
    try:
        return yaml.load(text, Loader=yaml.CSafeLoader) or {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        message = f"{name}, line {line}: {error.problem or error.context or 'no YAML'}"
        raise CatalogueError(message) from None
    except yaml.YAMLError as error:
        message = f"{name}: {' '.join(str(error).split())}"
        raise CatalogueError(message) from None


def _line(text: str, place: Sequence[str | int]) -> int:
    """The line of the deepest part of ``place`` that is in the file."""
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return 1
    line = 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            pairs = {key.value: (key, value) for key, value in node.value}
            if str(part) not in pairs:
                continue  # names of types stand in the place, but not in the file
            key, node = pairs[str(part)]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
