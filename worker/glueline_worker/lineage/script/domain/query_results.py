"""Files that are named after the id of a query, and hold its result, as Athena writes them."""

import re
from collections.abc import Iterable

from glueline.contract.lineage import Dataset

RESULT = "result:"
"""Begins the label of a query's id: the node that yields its result follows."""
_NAME = re.compile(rf"\{{{RESULT}(n\d+)\}}")


def find_results(datasets: Iterable[Dataset]) -> dict[Dataset, str]:
    """Find the files that are named after a query whose results they hold, and the node of each."""
    return {
        dataset: found[1]
        for dataset in datasets
        if (found := _NAME.search(f"{dataset.namespace}/{dataset.name}"))
    }


def hide_result(dataset: Dataset) -> Dataset:
    """Name what is written under a query's id, which only the run knows."""
    if RESULT not in dataset.name and RESULT not in dataset.namespace:
        return dataset
    return Dataset(
        namespace=_NAME.sub("{unknown}", dataset.namespace),
        name=_NAME.sub("{unknown}", dataset.name),
    )
