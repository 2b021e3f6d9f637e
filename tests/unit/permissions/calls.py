"""The calls of AWS that the worker's code makes, read from the code itself."""

import ast
from functools import cache
from pathlib import Path

import botocore.session

import glueline_worker

ROOT = Path(glueline_worker.__file__).parent
SERVICES = ("glue", "s3", "sts", "secretsmanager", "sqs", "ssm")
TABLE = ROOT / "aws" / "iam_actions.py"
MODELS = ROOT / "aws" / "sessions" / "service_models.py"
"""Names what botocore calls by itself for a profile, which needs no permission."""


@cache
def known() -> dict[str, str]:
    """The service of each operation, by its name and by the name of its method."""
    session = botocore.session.get_session()
    found = {}
    for service in SERVICES:
        for operation in session.get_service_model(service).operation_names:
            found[operation] = service
            found[snake(operation)] = service
    return found


def snake(operation: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in operation).lstrip("_")


@cache
def made() -> set[str]:
    """The operations that a text or a method of the code names.

    ``sinks`` have credentials of their own and are not read.
    """
    names, found = known(), set()
    operations = {name for name in names if name[0].isupper()}
    by_method = {snake(name): name for name in operations}
    for path in ROOT.rglob("*.py"):
        if path in (TABLE, MODELS) or "sinks" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} & operations
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                method = node.func.attr
                if method in by_method and _is_client(node.func.value):
                    found.add(by_method[method])
    # The library makes it for the roles of a source.
    return found | {"AssumeRole"}


def _is_client(node: ast.expr) -> bool:
    return "client" in ast.unparse(node)
