"""Names that people type for datasets, and the datasets that they mean."""

import re
from collections.abc import Iterable

from glueline.contract.lineage import Dataset

_ACCOUNT = re.compile(r"([0-9]{12})[:./](.+)", re.DOTALL)
_QUOTES = str.maketrans("", "", '`"')


def find_datasets(text: str, datasets: Iterable[Dataset]) -> list[Dataset]:
    """The datasets that ``text`` means, sorted.

    Those with just this name come first; then tables of nested catalogues, whose names end so
    (``ns.orders`` for ``s3tablescatalog/b1/ns/orders``); then all whose name holds it.
    """
    known = sorted(datasets, key=lambda dataset: (dataset.namespace, dataset.name))
    wanted = text.strip().strip("/").lower()
    account, table = _table_of(wanted)
    tables = [d for d in known if ":glue:" in d.namespace and d.namespace.endswith(account)]
    return (
        [d for d in known if _url(d) == wanted.replace(":table/", "/table/")]
        or [d for d in tables if _dotted(d) == table]
        or [d for d in tables if _dotted(d).endswith(f".{table}")]
        or [d for d in known if wanted in _url(d)]
    )


def full_name(dataset: Dataset) -> str:
    """A name that no other dataset has and that ``find_datasets`` takes."""
    return _url(dataset)


def _table_of(wanted: str) -> tuple[str, str]:
    """The account in a table's name (maybe none), and the rest with dots between its parts."""
    name = wanted.translate(_QUOTES)
    match = _ACCOUNT.fullmatch(name)
    account, name = (f":{match[1]}", match[2]) if match else ("", name)
    return account, name.removeprefix("table/").replace("/", ".")


def _dotted(dataset: Dataset) -> str:
    return dataset.name.removeprefix("table/").replace("/", ".").lower()


def _url(dataset: Dataset) -> str:
    return f"{dataset.namespace}/{dataset.name}".rstrip("/").lower()
