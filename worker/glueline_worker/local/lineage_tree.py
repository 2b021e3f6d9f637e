"""Lineage as a small tree: for each job what flows in and where it goes."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

from rich.text import Text
from rich.tree import Tree

from glueline.contract.terminal import clean_line

_EDGES = """
SELECT process, upstream_namespace, upstream_name, downstream_namespace, downstream_name
FROM lineage WHERE deleted_at IS NULL
ORDER BY process, downstream_name, upstream_name
"""


def lineage_tree(database: Path) -> Tree:
    """The edges in a SQLite sink: process, downstream below it, upstreams below that."""
    with closing(sqlite3.connect(database)) as connection:
        edges = connection.execute(_EDGES).fetchall()
    tree = Tree(f"[bold]lineage[/bold] ({len(edges)} edges)")
    processes: dict[str, Tree] = {}
    targets: dict[tuple[str, str], Tree] = {}
    for process, up_space, up_name, down_space, down_name in edges:
        if process not in processes:
            processes[process] = tree.add(Text(clean_line(unquote(process)), style="bold cyan"))
        downstream = _name(down_space, down_name)
        if (process, downstream) not in targets:
            targets[process, downstream] = processes[process].add(Text(f"→ {downstream}"))
        targets[process, downstream].add(Text(f"← {_name(up_space, up_name)}", style="dim"))
    return tree


def _name(namespace: str, name: str) -> str:
    """A dataset as people say it."""
    if namespace.startswith("arn:aws:glue:"):
        return clean_line(name.removeprefix("table/").replace("/", "."))
    return clean_line(f"{namespace}/{name}")
