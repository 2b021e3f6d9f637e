"""A public name stands for one thing: no two modules of a distribution define the same one."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_OURS = {"log", "TYPE_CHECKING"}
"""Names that many modules define by convention, each for itself."""
TYPE_VARIABLES = {"TypeVar", "ParamSpec", "TypeVarTuple"}


def public_names(tree: ast.Module) -> Iterator[str]:
    """Yield the functions, classes and constants that a module defines for others."""
    for statement in tree.body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names = [statement.name]
            case ast.Assign(value=ast.Call(func=ast.Name(id=kind))) if kind in TYPE_VARIABLES:
                names = []
            case ast.Assign(targets=targets):
                names = [n.id for it in targets for n in ast.walk(it) if isinstance(n, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                names = [name]
            case _:
                names = []
        yield from (name for name in names if not name.startswith("_") and name not in NOT_OURS)


def repeated_names(package: Path) -> dict[str, list[str]]:
    """Return the public names that several modules of a package define, with these modules."""
    modules = defaultdict(set)
    for path in package.rglob("*.py"):
        for name in public_names(ast.parse(path.read_text())):
            modules[name].add(path.relative_to(package).as_posix())
    return {name: sorted(found) for name, found in modules.items() if len(found) > 1}


@pytest.mark.parametrize(
    "package", ["producer/glueline", "worker/glueline_worker", "simulator/glueline_simulator"]
)
def test_no_two_modules_define_the_same_public_name(package: str):
    assert repeated_names(ROOT / package) == {}


def test_what_counts_as_a_public_name(tmp_path: Path):
    (tmp_path / "a.py").write_text(
        "from b import imported\nT = TypeVar('T')\nlog = get()\n__all__ = []\n_PRIVATE = 1\n"
        "LIMIT = 1\nX, Y = 1, 2\nAlias: type = int\ndef run():\n    inner = 1\nclass Run: ...\n"
    )
    found = ["LIMIT", "X", "Y", "Alias", "run", "Run"]
    assert list(public_names(ast.parse((tmp_path / "a.py").read_text()))) == found
    (tmp_path / "b.py").write_text("LIMIT = 2\nasync def run(): ...\n")
    assert repeated_names(tmp_path) == {"LIMIT": ["a.py", "b.py"], "run": ["a.py", "b.py"]}
