"""Show the lineage in a SQLite sink as a tree."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

from rich.text import Text
from rich.tree import Tree

from glueline.contract.lineage import Dataset
from glueline.contract.terminal import clean_line
from glueline_worker.questions.dataset_names import format_dataset

_EDGES = """
SELECT process, upstream_namespace, upstream_name, downstream_namespace, downstream_name
FROM lineage WHERE deleted_at IS NULL
ORDER BY process, downstream_name, upstream_name
"""


def read_lineage_tree(database: Path) -> Tree:
    """Return a tree of processes, with outputs below each process and inputs below each output."""
    with closing(sqlite3.connect(database)) as connection:
        edges = connection.execute(_EDGES).fetchall()
    tree = Tree(f"[bold]lineage[/bold] ({len(edges)} edges)")
    processes: dict[str, Tree] = {}
    targets: dict[tuple[str, str], Tree] = {}
    for process, up_space, up_name, down_space, down_name in edges:
        if process not in processes:
            processes[process] = tree.add(Text(clean_line(unquote(process)), style="bold cyan"))
        downstream = format_dataset(Dataset(namespace=down_space, name=down_name))
        upstream = format_dataset(Dataset(namespace=up_space, name=up_name))
        if (process, downstream) not in targets:
            targets[process, downstream] = processes[process].add(Text(f"→ {downstream}"))
        targets[process, downstream].add(Text(f"← {upstream}", style="dim"))
    return tree
