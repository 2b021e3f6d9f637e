"""Format datasets for people, and find the datasets whose names people type."""

import re
from collections.abc import Iterable, Iterator

from glueline.contract.lineage import Dataset
from glueline.contract.terminal import clean_line

_ACCOUNT = re.compile(r"([0-9]{12})[:./](.+)", re.DOTALL)
_QUOTES = str.maketrans("", "", '`"')


def format_dataset(dataset: Dataset) -> str:
    """Return ``database.table`` for a table of Glue, else namespace and name as a URL."""
    if is_glue_table(dataset):
        return clean_line(_dot_name(dataset))
    return clean_line(f"{dataset.namespace}/{dataset.name}".rstrip("/"))


def is_glue_table(dataset: Dataset) -> bool:
    """Tell whether the dataset is a table of a Data Catalog."""
    return ":glue:" in dataset.namespace


def get_full_name(dataset: Dataset) -> str:
    """Return a name that no other dataset has and that ``find_datasets`` understands."""
    return f"{dataset.namespace}/{dataset.name}".rstrip("/").lower()


def find_datasets(text: str, datasets: Iterable[Dataset]) -> list[Dataset]:
    """Return the datasets that ``text`` may mean, sorted.

    The first of these groups that is not empty counts: datasets with exactly this name; tables of
    nested catalogues whose name ends with it (``ns.orders`` for
    ``s3tablescatalog/b1/ns/orders``); datasets whose name contains it.
    """
    known = list(datasets)
    wanted = text.strip().strip("/").lower()
    return find_named_datasets(text, known) or _sort(
        dataset for dataset in known if wanted in get_full_name(dataset)
    )


def find_named_datasets(text: str, datasets: Iterable[Dataset]) -> list[Dataset]:
    """Return the datasets that have the name ``text``, or whose name ends with it, sorted."""
    known = _sort(datasets)
    wanted = text.strip().strip("/").lower()
    account, table = _split_table_name(wanted)
    tables = [d for d in known if is_glue_table(d) and d.namespace.endswith(account)]
    return (
        [d for d in known if get_full_name(d) == wanted.replace(":table/", "/table/")]
        or [d for d in tables if _dot_name(d).lower() == table]
        or [d for d in tables if _dot_name(d).lower().endswith(f".{table}")]
    )


def split_column_name(text: str) -> Iterator[tuple[str, str]]:
    """Yield the names of a dataset and a column that ``text`` may mean together.

    Longer names of datasets come first; ``db.table.struct.field`` has a column with a dot.
    """
    dataset, dot, column = text.strip().rpartition(".")
    while dot:
        if dataset and column:
            yield dataset, column.translate(_QUOTES)
        dataset, dot, before = dataset.rpartition(".")
        column = f"{before}.{column}"


def _sort(datasets: Iterable[Dataset]) -> list[Dataset]:
    return sorted(datasets, key=lambda dataset: (dataset.namespace, dataset.name))


def _split_table_name(wanted: str) -> tuple[str, str]:
    """Return the account in the name of a table, maybe empty, and the rest with dots."""
    name = wanted.translate(_QUOTES)
    match = _ACCOUNT.fullmatch(name)
    account, name = (f":{match[1]}", match[2]) if match else ("", name)
    return account, name.removeprefix("table/").replace("/", ".")


def _dot_name(dataset: Dataset) -> str:
    return dataset.name.removeprefix("table/").replace("/", ".")
